import type { Unreadable } from './partition.ts';

/** How many of the rows that could not be read are named. */
export const MOST_NAMES = 1_000;

/** Both together; the reason is that of the first. */
export function together(first: Unreadable | null | undefined, second: Unreadable): Unreadable {
  if (!first) return second;
  const ids = [...first.ids, ...second.ids].slice(0, MOST_NAMES);
  const cut = (first.cut ?? 0) + (second.cut ?? 0);
  return { count: first.count + second.count, ...(cut > 0 && { cut }), ids, reason: first.reason };
}

/** `2 rows could not be read: …`, or that they are cut. */
export function describeUnreadable({ count, cut = 0, reason }: Unreadable): string {
  const rows = count === 1 ? '1 row' : `${count} rows`;
  const are = count === 1 ? 'is' : 'are';
  if (cut === 0) return `${rows} could not be read: ${reason}`;
  return cut < count ? `${rows} could not be read, or not whole: ${reason}` : `${rows} ${are} cut: ${reason}`;
}
