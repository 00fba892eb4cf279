import type { Unreadable } from './partition.ts';

/** Both together; the reason is that of the first. */
export function together(first: Unreadable | null | undefined, second: Unreadable): Unreadable {
  return first ? { count: first.count + second.count, reason: first.reason } : second;
}
