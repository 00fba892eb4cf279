import type { Ordered } from '../../../domain/ordered.ts';
import type { Batch, Hint, Partition, ReadRequest } from '../../../pagination/core/partition.ts';

/**
 * A list that the source gives in both orders, as one partition: each direction is read in the order in which it begins at
 * the first page. Hints name places in one of the two lists: which one, stands before them.
 */
export function eitherOrder<T extends Ordered>(ascending: Partition<T>, descending: Partition<T>): Partition<T> {
  return {
    key: ascending.key,
    async *read(request, call) {
      const isForward = request.direction === 'forward';
      const [list, mark] = isForward ? ([ascending, 'a'] as const) : ([descending, 'd'] as const);
      for await (const batch of list.read(hintWithin(mark, request), call)) yield named(mark, batch);
    },
    count: (call) => ascending.count(call),
  };
}

function hintWithin<T extends Ordered>(mark: string, request: ReadRequest<T>): ReadRequest<T> {
  const { hint } = request;
  const isOurs = Array.isArray(hint) && hint.length === 2 && hint[0] === mark;
  return { ...request, hint: isOurs ? ((hint as readonly Hint[])[1] ?? null) : null };
}

function named<T extends Ordered>(mark: string, batch: Batch<T>): Batch<T> {
  return { ...batch, hints: batch.hints.map((hint) => (hint === null ? null : [mark, hint])) };
}
