import type { Ordered } from '../../../domain/ordered.ts';
import type { Batch, Partition } from '../../../pagination/core/partition.ts';

/** What an answer lacks. Read it after the answer. */
export interface Lacks {
  /** True if the answer has exactly the vendor's maximum of lines. Then it may have been cut. */
  readonly truncated: boolean;
  readonly unreadable?: Batch<Ordered>['unreadable'];
}

/**
 * The partition, with a report in the first batch of each read about what the answer lacks. If the answer was cut, the
 * count is unknown.
 */
export function sayWhatIsMissing<T extends Ordered>(partition: Partition<T>, lacks: () => Lacks): Partition<T> {
  return {
    key: partition.key,
    async *read(request, call) {
      let said = false;
      for await (const batch of partition.read(request, call)) {
        yield said ? batch : { ...batch, ...wordsFor(lacks()) };
        said = true;
      }
    },
    async count(call) {
      const count = await partition.count(call);
      return lacks().truncated ? null : count;
    },
  };
}

function wordsFor({ truncated, unreadable }: Lacks): Pick<Batch<Ordered>, 'truncated' | 'unreadable'> {
  return { ...(truncated ? { truncated: MESSAGE } : {}), ...(unreadable === undefined ? {} : { unreadable }) };
}

const MESSAGE =
  'the answer has exactly as many lines as the source gives at most: others may be missing. Ask for a task, a step or fewer severities';
