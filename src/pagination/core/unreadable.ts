import type { Unreadable } from './partition.ts';

/** How many of the rows that could not be read are named. */
export const MOST_NAMES = 1_000;

/** Both together; the reason is that of the first. */
export function together(first: Unreadable | null | undefined, second: Unreadable): Unreadable {
  if (!first) return second;
  const ids = [...first.ids, ...second.ids].slice(0, MOST_NAMES);
  return { count: first.count + second.count, ids, reason: first.reason };
}
