import type { Call } from '../domain/call.ts';
import { withHint } from './core/hinted-rows.ts';
import { comparePositions, isBeyond } from '../domain/ordered.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Batch, Partition, ReadRequest } from './core/partition.ts';

/** The rows that could be read of a list, and what is missing of it. */
export interface ListedRows<T> extends Pick<Batch<Ordered>, 'unreadable' | 'truncated' | 'contradicts'> {
  readonly rows: readonly T[];
}

/**
 * A short list, such as steps or tasks, that a vendor (or its documentation) provides as a whole. Rows may be in any
 * order. `load` gives the rows, or `ListedRows` where some can't be read.
 */
export function wholeListPartition<T extends Ordered>(
  key: string,
  load: (call: Call) => Promise<readonly T[] | ListedRows<T>>,
): Partition<T> {
  const listed = async (call: Call): Promise<ListedRows<T>> => {
    const loaded = await load(call);
    return 'rows' in loaded ? loaded : { rows: loaded };
  };
  return {
    key,
    async *read(request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined> {
      const { direction, from, until } = request;
      const sign = direction === 'forward' ? 1 : -1;
      const { rows: all, ...missing } = await listed(call);
      const rows = [...all]
        .filter((row) => from === null || isBeyond(row, from, direction))
        .filter((row) => until === null || comparePositions(row, until) * sign < 0)
        .sort((a, b) => comparePositions(a, b) * sign);
      yield { ...missing, rows: withHint(rows, null), more: false, pages: 1 };
    },
    async count(call: Call): Promise<number> {
      return (await listed(call)).rows.length;
    },
  };
}
