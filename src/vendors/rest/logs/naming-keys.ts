import type { Ordered } from '../../../domain/ordered.ts';
import {
  ALIKE,
  ENDS_EARLY,
  EndlessList,
  OVERLAPS,
  PROMISES_EMPTY_PAGES,
  REPEATS,
  SHARES_IDS,
} from '../../../pagination/core/page-guard.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { UnorderedList } from '../../../pagination/numbered/pages.ts';

/** Contradictions of a list, and the key of the description that may cause them. */
const KEYS: ReadonlyMap<string, string> = new Map([
  [ENDS_EARLY, 'logs.pagination'],
  [REPEATS, 'logs.pagination'],
  [OVERLAPS, 'logs.pagination'],
  [PROMISES_EMPTY_PAGES, 'logs.pagination'],
  [ALIKE, 'logs.id'],
  [SHARES_IDS, 'logs.id'],
]);

/** The partition, with the key that may be wrong added to reports of contradictions. */
export function namingKeys<T extends Ordered>(source: string, partition: Partition<T>): Partition<T> {
  return {
    key: partition.key,
    async *read(request, call) {
      try {
        for await (const batch of partition.read(request, call)) {
          const key = KEYS.get(batch.truncated ?? '');
          yield key === undefined ? batch : { ...batch, truncated: `${batch.truncated ?? ''} (${key})` };
        }
      } catch (error) {
        if (error instanceof UnorderedList) throw new UnorderedList(source, ' (logs.order)');
        const key = error instanceof EndlessList ? KEYS.get(error.what) : undefined;
        throw error instanceof EndlessList && key !== undefined
          ? new EndlessList(source, `${error.what} (${key})`)
          : error;
      }
    },
    count: (call) => partition.count(call),
  };
}
