import type { Call } from '../domain/call.ts';
import { withHint } from './core/hinted-rows.ts';
import { comparePositions, isBeyond } from '../domain/ordered.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Batch, Partition, ReadRequest } from './core/partition.ts';

/**
 * A short list, such as steps or tasks, that a vendor (or its documentation) provides as a whole. Rows may be in any
 * order.
 */
export function wholeListPartition<T extends Ordered>(
  key: string,
  load: (call: Call) => Promise<readonly T[]>,
): Partition<T> {
  return {
    key,
    async *read(request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined> {
      const { direction, from, until } = request;
      const sign = direction === 'forward' ? 1 : -1;
      const rows = [...(await load(call))]
        .filter((row) => from === null || isBeyond(row, from, direction))
        .filter((row) => until === null || comparePositions(row, until) * sign < 0)
        .sort((a, b) => comparePositions(a, b) * sign);
      yield { rows: withHint(rows, null), more: false, pages: 1 };
    },
    async count(call: Call): Promise<number> {
      return (await load(call)).length;
    },
  };
}
