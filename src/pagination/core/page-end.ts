/**
 * Which page of a list is the last one. Counts, flags and the length of a page are hints that may be wrong, and the end is only
 * certain where the vendor gives nothing more. So two hints have to agree before a page is taken for the last one, and none may
 * speak against it; otherwise the reader looks at what follows.
 */

/** To such lengths vendors cap their pages: a page of just so many rows may be cut. */
const ROUND: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200, 250, 500, 1_000]);

/** A page that has come, and what the vendor says beside its rows. */
export interface PageSigns {
  /** How many rows lie before it; null where that is not known. */
  readonly start: number | null;
  readonly count: number;
  readonly asked: number;
  /** How many rows the vendor counts in all; null where it does not say. */
  readonly total: number | null;
  /** Does a flag or link say that more rows follow? Null or left out: nothing says it. */
  readonly said?: boolean | null | undefined;
  /** The shortest page of the list that others have followed. Null or left out: none has been seen. */
  readonly full?: number | null | undefined;
}

/**
 * Has the page fewer rows than pages have that others follow, as far as is known? Where none of those has been seen, a page of
 * a round length may be cut.
 */
export function isShort({ count, asked, full }: Pick<PageSigns, 'count' | 'asked' | 'full'>): boolean {
  return count < Math.min(asked, full ?? Infinity) && (typeof full === 'number' || !ROUND.has(count));
}

/** Are there rows behind the page? Null: only another call can tell. */
export function moreBehind(page: PageSigns): boolean | null {
  const { start, count, total, said } = page;
  if (count === 0) return false;
  if (said === true) return true;
  const end = start === null ? null : start + count;
  // A count that ends behind pages before this one is not that of the page alone: then a round length is no sign of a cut.
  const isProven = start !== null && start > 0 && total === end;
  const hasRoom = isShort(isProven ? { ...page, full: page.full ?? page.asked } : page);
  if (total !== null && end !== null && total > end) return hasRoom ? null : true;
  // A count of fewer rows than have come is wrong, and so may the other hints be.
  if (total !== null && total < (end ?? count)) return null;
  // The count of a page that may be cut is the same as that of a vendor that counts the page alone.
  const isCounted = total !== null && total === end && (hasRoom || start !== 0);
  return [isCounted, hasRoom, said === false].filter(Boolean).length >= 2 ? false : null;
}
