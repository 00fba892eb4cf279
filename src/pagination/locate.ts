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
}

type Verdict = 'here' | 'earlier' | 'later';

/** How many neighbours are tried before the search starts to halve: drift is usually small. */
const NEIGHBOURS = 2;

/**
 * The page from which a walk in direction `step` sees every row at or beyond `target`, and which is the
 * nearest such page. Only what pages themselves show is believed.
 */
export async function locatePage<P>(options: LocateOptions<P>): Promise<{ index: number; page: P; fetched: number }> {
  let low = 0;
  let high: number | null = null;
  let index = Math.max(0, options.guess);
  for (let fetched = 1; ; fetched += 1) {
    const page = await options.get(index);
    const span = options.describe(page);
    if (span.isLast) high = Math.min(high ?? index, index);
    const verdict = judge(span, index, options, low, high);
    if (verdict === 'here') return { index, page, fetched };
    if (verdict === 'earlier') high = index - 1;
    else low = index + 1;
    if (high !== null && low > high) {
      // Rows moved while we searched: what was shown no longer fits together. Begin again, wide open.
      low = 0;
      high = null;
      index = verdict === 'earlier' ? Math.max(0, index - 1) : index + 1;
      if (fetched > 64) return { index, page: await options.get(index), fetched: fetched + 1 };
      continue;
    }
    const bound = high ?? (span.pageCount === null ? null : Math.max(low, span.pageCount - 1));
    index = nextIndex(index, verdict, { low, high: bound, fetched, canJump: options.canJump() });
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

function nextIndex(
  index: number,
  verdict: Verdict,
  state: { low: number; high: number | null; fetched: number; canJump: boolean },
): number {
  const neighbour = verdict === 'earlier' ? index - 1 : index + 1;
  if (!state.canJump || state.fetched <= NEIGHBOURS) return neighbour;
  // Nobody said how long the list is: leap further and further until something lies beyond the target.
  if (state.high === null) return index + 2 ** Math.min(state.fetched, 20);
  return Math.floor((state.low + state.high) / 2);
}
