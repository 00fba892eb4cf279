import type { Ordered } from '../../../domain/ordered.ts';
import { hintInto, hintsInto } from '../../../pagination/core/hinted-rows.ts';
import type { Partition } from '../../../pagination/core/partition.ts';

/**
 * A list that the source returns in both orders, as one partition: each direction is read in the order that starts at
 * the first page. Each hint belongs to one of the two lists and begins with that list's name.
 */
export function eitherOrder<T extends Ordered>(ascending: Partition<T>, descending: Partition<T>): Partition<T> {
  return {
    key: ascending.key,
    async *read(request, call) {
      const isForward = request.direction === 'forward';
      const [list, mark] = isForward ? ([ascending, 'a'] as const) : ([descending, 'd'] as const);
      for await (const batch of list.read({ ...request, hint: hintInto(mark, request.hint) }, call))
        yield hintsInto(mark, batch);
    },
    count: (call) => ascending.count(call),
  };
}
