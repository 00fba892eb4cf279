import type { Ordered } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/core/partition.ts';

/**
 * Partitions that represent failed scopes. They are known by identity, since any text can be the key of a real
 * partition.
 */
const failedScopes = new WeakSet<object>();

export function isFailedScope(partition: object): boolean {
  return failedScopes.has(partition);
}

/** Represents the partitions of a scope that could not be listed: reading or counting them throws the error. */
export function failedScope<T extends Ordered>(error: unknown): Partition<T> {
  const failed = async (): Promise<never> => {
    await Promise.resolve();
    throw error;
  };
  const partition: Partition<T> = {
    key: '',
    // eslint-disable-next-line require-yield -- it yields no rows, it only throws the error
    async *read() {
      await failed();
    },
    count: failed,
  };
  failedScopes.add(partition);
  return partition;
}
