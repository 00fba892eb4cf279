import type { Direction, Ordered } from '../../domain/ordered.ts';
import { contradiction } from '../core/page-guard.ts';
import type { Batch, ReadRequest } from '../core/partition.ts';
import type { IndexedPage } from '../numbered/list.ts';

/** Detects rows that a small page shows too late: by their time, they belong before the place where the read begins. */

const PASSED_OVER =
  'the list is not in order of time: lines that belong before this page, and were not on the one before, may be missing';

/** True if the page lists a row from before the start of the read after a row from beyond it. */
export function hasPassedOver<T extends Ordered>(
  { rows }: IndexedPage<T>,
  { direction, from }: Pick<ReadRequest<T>, 'direction' | 'from'>,
): boolean {
  if (from === null) return false;
  let hasBegun = false;
  for (const { time } of direction === 'forward' ? rows : rows.toReversed()) {
    if (hasBegun && isBefore(time, from.time, direction)) return true;
    hasBegun ||= isBefore(from.time, time, direction);
  }
  return false;
}

/** The same batches, but the first reports that rows may be missing before it. */
export async function* reportingPassedOver<T extends Ordered>(
  batches: AsyncIterable<Batch<T>>,
): AsyncGenerator<Batch<T>, void, undefined> {
  let isFirst = true;
  for await (const batch of batches) {
    yield isFirst ? { ...contradiction(PASSED_OVER), ...batch } : batch;
    isFirst = false;
  }
}

/** True if `time` comes strictly before `other` in the direction of the read. */
export function isBefore(time: bigint | undefined, other: bigint, direction: Direction): boolean {
  if (time === undefined) return false;
  return direction === 'forward' ? time < other : time > other;
}
