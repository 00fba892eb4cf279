import type { Ordered } from '../../domain/ordered.ts';
import type { ReadRequest, Unplaced } from '../core/partition.ts';
import type { TimeOrder } from './after-clock.ts';
import { isAhead } from './tick-reader.ts';

/**
 * The rows up to the first row after the needed ones and after the instant of the last of them. Rows after that are
 * left to the next page, because near the end of a page a row that is out of order may be missing. All rows if there
 * are no more than needed.
 */
export function upToNeed<T extends Ordered>(
  rows: readonly Unplaced<T>[],
  order: TimeOrder,
  { from, need }: ReadRequest<T>,
): readonly Unplaced<T>[] {
  const begin = from === null ? 0 : rows.findIndex(({ time }) => isAhead(order, time, from.time));
  if (begin === -1) return rows;
  const last = rows[begin + need - 1]?.time;
  if (last === undefined) return rows;
  const end = rows.findIndex(({ time }) => isAhead(order, time, last));
  return end === -1 ? rows : rows.slice(0, end + 1);
}
