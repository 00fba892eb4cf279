/**
 * Decides whether a page is the last of its list. Counts, flags and page lengths are signs that may be wrong; the end
 * is certain only when the vendor returns nothing more. So a page counts as the last only if two signs agree and none
 * contradicts. Otherwise the reader requests the next page.
 */

/** Lengths to which vendors typically cap pages. A page of exactly such a length may be cut. */
const ROUND: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200, 250, 500, 1_000]);

/** A page, and what the vendor states about it. */
export interface PageSigns {
  /** The number of rows before the page; null: unknown. */
  readonly start: number | null;
  readonly count: number;
  readonly asked: number;
  /** The vendor's count of all rows; null: not stated. */
  readonly total: number | null;
  /** Whether a flag or link says that more rows follow. Null or undefined: not stated. */
  readonly said?: boolean | null | undefined;
  /** True if `said` is a token that names the next page, not a flag that may be made of the count. */
  readonly isNaming?: boolean | undefined;
  /** The length of the shortest page known to be followed by others. Null or undefined: unknown. */
  readonly full?: number | null | undefined;
}

/**
 * True if the page is shorter than pages that are followed by others, as far as known. Without such pages for
 * comparison, a page of a round length does not count as short, because it may be cut.
 */
export function isShort({ count, asked, full }: Pick<PageSigns, 'count' | 'asked' | 'full'>): boolean {
  return count < Math.min(asked, full ?? Infinity) && (typeof full === 'number' || !ROUND.has(count));
}

/** Whether rows follow the page. Null: only another call can tell. */
export function moreBehind(page: PageSigns): boolean | null {
  const { start, count, total, said } = page;
  if (count === 0) return false;
  if (said === true) return true;
  const end = start === null ? null : start + count;
  // A count that includes earlier pages is not the count of this page alone. Then a round length does not suggest a
  // cut.
  const isProven = start !== null && start > 0 && total === end;
  const hasRoom = isShort(isProven ? { ...page, full: page.full ?? page.asked } : page);
  if (total !== null && end !== null && total > end) return hasRoom ? null : true;
  // A count lower than the rows received is wrong, and then other signs may be wrong too.
  if (total !== null && total < (end ?? count)) return null;
  const isCounted = total !== null && total === end;
  // A flag may be made of the count. Then the two are one sign, and a full page needs another.
  if (!hasRoom && !(page.isNaming === true && start !== 0)) return null;
  return [isCounted, hasRoom, said === false].filter(Boolean).length >= 2 ? false : null;
}
