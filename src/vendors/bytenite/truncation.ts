import type { Ordered } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/partition.ts';

/**
 * A partition of an answer that may have been cut: the first batch of a reading says so, and the number
 * of rows is not known. `suspected` is asked after the answer has been read.
 */
export function sayTruncation<T extends Ordered>(partition: Partition<T>, suspected: () => boolean): Partition<T> {
  return {
    key: partition.key,
    async *read(request, call) {
      let said = false;
      for await (const batch of partition.read(request, call)) {
        yield !said && suspected() ? { ...batch, truncated: MESSAGE } : batch;
        said ||= suspected();
      }
    },
    async count(call) {
      const count = await partition.count(call);
      return suspected() ? null : count;
    },
  };
}

const MESSAGE =
  'the answer has exactly as many lines as the source gives at most: others may be missing. Ask for a task, a step or fewer severities';
