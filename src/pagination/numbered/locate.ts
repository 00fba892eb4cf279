import { TributaryError } from '../../domain/errors.ts';

/**
 * Finds the native page at which a walk must begin, among pages with numbers. Times are normalized: a list that is
 * sorted newest first negates them, so that every list ascends here.
 */

/** Where a page lies, ignoring a few rows that may be out of order. Times are null for an empty page. */
export interface PageSpan {
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** True if no page follows. */
  readonly isLast: boolean;
  /** True if the page is empty although pages with rows follow. */
  readonly isLost?: boolean | undefined;
  /** The vendor's count of pages; null: it does not count. */
  readonly pageCount: number | null;
}

export interface LocateOptions<P> {
  get(index: number): Promise<P>;
  describe(page: P): PageSpan;
  /** 1: the walk goes to higher page numbers and wants every row at or after `target`; -1: lower, at or before. */
  readonly step: 1 | -1;
  readonly target: bigint;
  readonly guess: number;
  /** True if pages can be requested in any order. Otherwise only neighbours are tried. */
  canJump(): boolean;
  /** Most pages to read if only neighbours can be tried. */
  readonly maxWalk?: number | undefined;
}

type Verdict = 'here' | 'earlier' | 'later';

/** Neighbours of a hinted page to try before longer steps, because drift is usually small. */
const NEIGHBOURS = 2;

/**
 * Upper bound on pages per search. A search that can jump ends long before, unless the list changes faster than it can
 * be searched.
 */
const MAX_PAGES = 64;

/** A page that lies wholly before or after the place searched for. */
interface Mark<P> {
  readonly index: number;
  readonly page: P;
  /** The time of its row nearest to the place; null if the page was empty. */
  readonly time: bigint | null;
}

/**
 * The page from which a walk in direction `step` sees every row at or beyond `target`, and which is the nearest such
 * page. Only what pages show is trusted, and only while it must still be true: inserted rows push others to later
 * pages, so a page wholly before the place stays before it, but a page after the place may later hold rows from before
 * it. A search that costs too much is refused, because from any other page the walk would omit rows.
 */
export async function locatePage<P>(options: LocateOptions<P>): Promise<{ index: number; page: P; fetched: number }> {
  let before: Mark<P> | null = null;
  let behind: Mark<P> | null = null;
  let index = Math.max(0, options.guess);
  for (let fetched = 1; ; fetched += 1) {
    const page = await options.get(index);
    const span = options.describe(page);
    // Only the next page with rows shows where such a page lies.
    if (span.isLost === true && index + 1 !== behind?.index) {
      refuseTooMany(fetched, options);
      index += 1;
      continue;
    }
    const verdict = judge(span, index, options);
    if (verdict === 'here') return { index, page, fetched };
    refuseTooMany(fetched, options);
    if (verdict === 'later') {
      before = { index, page, time: span.last };
      if (behind !== null && behind.index <= index) behind = null;
    } else {
      behind = { index, page, time: span.first };
      if (before !== null && before.index >= index) before = null;
    }
    if (before !== null && behind?.index === before.index + 1) {
      // The place lies between two pages. Rows near their border may be out of order, so the walk must read both.
      const edge = options.step === 1 ? before : behind;
      return { index: edge.index, page: edge.page, fetched };
    }
    index = nextIndex(index, verdict, span, options, { before, behind, fetched });
  }
}

function refuseTooMany<P>(fetched: number, options: LocateOptions<P>): void {
  const canJump = options.canJump();
  if (canJump && fetched >= MAX_PAGES) throw unsearchable();
  if (!canJump && fetched >= (options.maxWalk ?? MAX_PAGES)) throw outOfReach(fetched);
}

function judge<P>(span: PageSpan, index: number, options: LocateOptions<P>): Verdict {
  const { first, last, isLast } = span;
  // An empty page is past the end, unless the whole list is empty.
  if (first === null || last === null) return index === 0 ? 'here' : 'earlier';
  const { target, step } = options;
  if (step === 1) {
    if (index > 0 && first >= target) return 'earlier';
    return last < target && !isLast ? 'later' : 'here';
  }
  if (!isLast && last <= target) return 'later';
  return first > target && index > 0 ? 'earlier' : 'here';
}

interface Bounds<P> {
  readonly before: Mark<P> | null;
  readonly behind: Mark<P> | null;
  readonly fetched: number;
}

function nextIndex<P>(
  index: number,
  verdict: Exclude<Verdict, 'here'>,
  span: PageSpan,
  options: LocateOptions<P>,
  { before, behind, fetched }: Bounds<P>,
): number {
  const isNear = fetched <= NEIGHBOURS && options.guess > 0;
  if (isNear || !options.canJump()) return verdict === 'earlier' ? index - 1 : index + 1;
  const low = before === null ? 0 : before.index + 1;
  const counted = span.pageCount === null ? null : Math.max(low, span.pageCount - 1);
  const high = behind === null ? counted : behind.index - 1;
  return leap(index, { low, high, before, behind, target: options.target, fetched });
}

interface LeapState {
  readonly low: number;
  readonly high: number | null;
  readonly before: { readonly index: number; readonly time: bigint | null } | null;
  readonly behind: { readonly index: number; readonly time: bigint | null } | null;
  readonly target: bigint;
  readonly fetched: number;
}

/** The next page to read: interpolated as if rows were evenly spread, or the middle every third time. */
function leap(index: number, state: LeapState): number {
  const { low, high, before, behind, target, fetched } = state;
  // The length of the list is unknown: double the step until a page lies beyond the target.
  if (high === null) return index + 2 ** Math.min(fetched, 20);
  if (behind === null && fetched === 1) return high;
  const [from, to] = [before?.time ?? null, behind?.time ?? null];
  if (before === null || behind === null || from === null || to === null || fetched % 3 === 0)
    return Math.floor((low + high) / 2);
  const share = Number(target - from) / Math.max(1, Number(to - from));
  const even = before.index + Math.round(share * (behind.index - before.index));
  return Math.min(high, Math.max(low, even));
}

/** The error for a list that changes too fast to find a place in it. */
export function unsearchable(): TributaryError {
  return new TributaryError('SOURCE_UNAVAILABLE', 'The list changes faster than a position can be found in it.');
}

/** The error for a position that is too many pages away. */
export function outOfReach(pages: number): TributaryError {
  return new TributaryError(
    'SOURCE_TRUNCATED',
    `This position is more than ${pages} native pages away, and the source only lets a client go from page to page. ` +
      'Read on from a nearer cursor, or narrow the time range.',
  );
}
