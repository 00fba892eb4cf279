import type { Ordered } from '../../../domain/ordered.ts';
import type { Batch, Partition } from '../../../pagination/core/partition.ts';

/** What the answer behind a partition lacks. Asked after the answer has been read. */
export interface Lacks {
  /** Has it exactly as many lines as the vendor gives at most? Then it may have been cut. */
  readonly truncated: boolean;
  readonly unreadable?: Batch<Ordered>['unreadable'];
}

/** A partition whose readings say in their first batch what the answer lacks; of a cut one the number of rows is not known. */
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
