import type { TributaryError } from '../../domain/errors.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { Partition } from '../../pagination/core/partition.ts';

/** A partition that cannot be read: each use of it throws the error. */
export function refusedPartition(key: string, error: TributaryError): Partition<LogEntry> {
  return {
    key,
    // eslint-disable-next-line require-yield, @typescript-eslint/require-await
    async *read() {
      throw error;
    },
    count: () => Promise.reject(error),
  };
}
