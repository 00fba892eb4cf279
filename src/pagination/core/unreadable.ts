import type { Unreadable } from './partition.ts';

/** Most ids of unreadable rows that are kept. */
export const MOST_NAMES = 1_000;

/** The unreadable rows of two lists together, with the reason of the first. */
export function summed(first: Unreadable | null | undefined, second: Unreadable): Unreadable {
  if (!first) return second;
  const ids = [...first.ids, ...second.ids].slice(0, MOST_NAMES);
  const cut = (first.cut ?? 0) + (second.cut ?? 0);
  return { count: first.count + second.count, ...(cut > 0 && { cut }), ids, reason: first.reason };
}

/**
 * The unreadable rows of two pages of one list together. A row on both pages (it moved, or a page was read again)
 * counts once.
 */
export function together(first: Unreadable | null | undefined, second: Unreadable): Unreadable {
  if (!first) return second;
  const known = new Set(first.ids);
  const ids = second.ids.filter((id) => !known.has(id));
  const count = second.count - (second.ids.length - ids.length);
  if (count === 0) return first;
  const cut = Math.min(second.cut ?? 0, count);
  return summed(first, { ...second, count, cut, ids });
}

/** `2 rows could not be read: …`, or that they are cut. */
export function describeUnreadable({ count, cut = 0, reason }: Unreadable): string {
  const rows = count === 1 ? '1 row' : `${count} rows`;
  const are = count === 1 ? 'is' : 'are';
  if (cut === 0) return `${rows} could not be read: ${reason}`;
  return cut < count ? `${rows} could not be read, or not whole: ${reason}` : `${rows} ${are} cut: ${reason}`;
}
