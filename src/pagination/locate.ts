import { TributaryError } from '../domain/errors.ts';

/**
 * Finds the native page at which a walk has to begin, over pages that can be asked for by number. Times
 * are normalised: a list that is sorted newest first negates them, so that here every list ascends.
 */

/** What a page says about where it lies. Times are null for an empty page. */
export interface PageSpan {
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** Is there no page after it? */
  readonly isLast: boolean;
  /** Number of pages that the vendor counts; null where it does not. */
  readonly pageCount: number | null;
}

export interface LocateOptions<P> {
  get(index: number): Promise<P>;
  describe(page: P): PageSpan;
  /** 1: the walk goes to higher page numbers and wants every row at or after `target`; -1: lower, at or before. */
  readonly step: 1 | -1;
  readonly target: bigint;
  readonly guess: number;
  /** May pages be asked for in any order? Otherwise only neighbours are tried. */
  canJump(): boolean;
  /** How many pages may be gone through where only neighbours can be tried. */
  readonly maxWalk?: number | undefined;
}

type Verdict = 'here' | 'earlier' | 'later';

/** How many neighbours of a hinted page are tried before the search takes longer steps: drift is usually small. */
const NEIGHBOURS = 2;

/** A search that jumps ends long before this, unless the list changes faster than it can be searched. */
const MAX_PAGES = 64;

/** A page known to lie wholly before or behind the place that is looked for. */
interface Mark {
  readonly index: number;
  readonly time: bigint;
}

/**
 * The page from which a walk in direction `step` sees every row at or beyond `target`, and which is the
 * nearest such page. Only what pages themselves show is believed. A search that costs too much is refused:
 * from any other page the walk would leave rows out.
 */
export async function locatePage<P>(options: LocateOptions<P>): Promise<{ index: number; page: P; fetched: number }> {
  const visited = new Map<number, P>();
  let before: Mark | null = null;
  let behind: Mark | null = null;
  let low = 0;
  let high: number | null = null;
  let index = Math.max(0, options.guess);
  for (let fetched = 1; ; fetched += 1) {
    const page = await options.get(index);
    visited.set(index, page);
    const span = options.describe(page);
    if (span.isLast) high = Math.min(high ?? index, index);
    const verdict = judge(span, index, options, low, high);
    if (verdict === 'here') return { index, page, fetched };
    if (options.canJump() && fetched >= MAX_PAGES) throw unsearchable();
    if (!options.canJump() && fetched >= (options.maxWalk ?? MAX_PAGES)) throw outOfReach(fetched);
    if (verdict === 'earlier') {
      high = index - 1;
      if (span.first !== null) behind = { index, time: span.first };
    } else {
      low = index + 1;
      if (span.last !== null) before = { index, time: span.last };
    }
    if (high !== null && low > high) {
      // The place lies between two pages: the walk begins with the one on its far side.
      const edge = options.step === 1 ? low : high;
      const known = visited.get(edge);
      if (known !== undefined) return { index: edge, page: known, fetched };
      low = 0;
      high = null;
      index = edge;
      continue;
    }
    const bound = high ?? (span.pageCount === null ? null : Math.max(low, span.pageCount - 1));
    const isNear = fetched <= NEIGHBOURS && options.guess > 0;
    if (isNear || !options.canJump()) index = verdict === 'earlier' ? index - 1 : index + 1;
    else index = leap(index, { low, high: bound, before, behind, target: options.target, fetched });
  }
}

function judge<P>(span: PageSpan, index: number, options: LocateOptions<P>, low: number, high: number | null): Verdict {
  const { first, last } = span;
  // An empty page is past the end, unless the whole list is empty.
  if (first === null || last === null) return index === 0 ? 'here' : 'earlier';
  const { target } = options;
  if (options.step === 1) {
    // `low` is the first page that is not known to lie wholly before the target.
    const startsBefore = index === 0 || first < target || (index === low && low > 0);
    if (!startsBefore) return 'earlier';
    return last < target && !span.isLast ? 'later' : 'here';
  }
  const endsAfter = span.isLast || last > target || (high !== null && index === high);
  if (!endsAfter) return 'later';
  return first > target && index > 0 ? 'earlier' : 'here';
}

interface LeapState {
  readonly low: number;
  readonly high: number | null;
  readonly before: Mark | null;
  readonly behind: Mark | null;
  readonly target: bigint;
  readonly fetched: number;
}

/** The next page to look at: where the target should be if rows came evenly, every third time the middle. */
function leap(index: number, state: LeapState): number {
  const { low, high, before, behind, target, fetched } = state;
  // Nobody said how long the list is: leap further and further until something lies beyond the target.
  if (high === null) return index + 2 ** Math.min(fetched, 20);
  if (behind === null && fetched === 1) return high;
  if (before === null || behind === null || fetched % 3 === 0) return Math.floor((low + high) / 2);
  const share = Number(target - before.time) / Math.max(1, Number(behind.time - before.time));
  const even = before.index + Math.round(share * (behind.index - before.index));
  return Math.min(high, Math.max(low, even));
}

function unsearchable(): TributaryError {
  return new TributaryError('SOURCE_UNAVAILABLE', 'The list changes faster than a position can be found in it.');
}

/** Said instead of walking further than a read may cost. */
export function outOfReach(pages: number): TributaryError {
  return new TributaryError(
    'SOURCE_TRUNCATED',
    `This position is more than ${pages} native pages away, and the source only lets a client go from page to page. ` +
      'Read on from a nearer cursor, or narrow the time range.',
  );
}
