import type { Direction, Ordered } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from '../core/partition.ts';
import type { IndexedPage } from '../numbered/list.ts';
import { readHint } from '../numbered/page-hint.ts';

/** Rows that a small page shows too late: by their time they belong before the place where the read begins. */

const PASSED_OVER =
  'the list is not in order of time: lines that belong before this page, and were not on the one before, may be missing';

/** A page of so many rows, by its number. */
interface NumberedPage<T extends Ordered> {
  readonly page: IndexedPage<T>;
  readonly index: number;
  readonly rows: number;
}

/** Does the page show a row by its place behind the one where the read begins, and by its time before it? */
export function hasPassedOver<T extends Ordered>(
  { page, index, rows }: NumberedPage<T>,
  { direction, from, hint }: ReadRequest<T>,
): boolean {
  const place = readHint(hint, 'ascending')?.place ?? null;
  if (from === null || place === null) return false;
  return page.rows.some(({ time }, at) => {
    const isBehind = direction === 'forward' ? index * rows + at > place : index * rows + at < place;
    return isBehind && isBefore(time, from.time, direction);
  });
}

/** The same batches; the first one says that rows may be missing before it. */
export async function* sayingSo<T extends Ordered>(
  batches: AsyncIterable<Batch<T>>,
): AsyncGenerator<Batch<T>, void, undefined> {
  let isFirst = true;
  for await (const batch of batches) {
    yield isFirst ? { truncated: PASSED_OVER, contradicts: true, ...batch } : batch;
    isFirst = false;
  }
}

/** Does the one come strictly before the other in the direction of the read? */
export function isBefore(time: bigint | undefined, other: bigint, direction: Direction): boolean {
  if (time === undefined) return false;
  return direction === 'forward' ? time < other : time > other;
}
