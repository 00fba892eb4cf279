import type { Ordered } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/core/partition.ts';

/** What stands for scopes: known as such by itself, since any text can be the key of a partition. */
const failedScopes = new WeakSet<object>();

export function isFailedScope(partition: object): boolean {
  return failedScopes.has(partition);
}

/** Stands for the partitions of a scope that could not be named: reading or counting it gives the error. */
export function failedScope<T extends Ordered>(error: unknown): Partition<T> {
  const failed = async (): Promise<never> => {
    await Promise.resolve();
    throw error;
  };
  const partition: Partition<T> = {
    key: '',
    // eslint-disable-next-line require-yield -- it has no rows, only the error
    async *read() {
      await failed();
    },
    count: failed,
  };
  failedScopes.add(partition);
  return partition;
}
