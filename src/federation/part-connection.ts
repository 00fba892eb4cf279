import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Partition } from '../pagination/partition.ts';
import type { Connection, ConnectionArguments } from './api.ts';
import type { CursorCodec } from './cursor.ts';
import { MergedConnection } from './merged-connection.ts';

export interface PartConnectionOptions<T extends Ordered> {
  /** What the parts are of: kind, source and job. */
  readonly key: readonly string[];
  readonly args: ConnectionArguments;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  partitions(): Promise<readonly Partition<T>[]>;
}

/** Attempts, steps or tasks of one job, oldest first. A source that fails fails the connection. */
export function partConnection<T extends Ordered>(options: PartConnectionOptions<T>, call: Call): Connection<T> {
  return new MergedConnection<T, T>(
    {
      key: JSON.stringify(options.key),
      args: options.args,
      descending: false,
      since: null,
      before: null,
      maxPageSize: options.maxPageSize,
      maxScanPages: Infinity,
      cursors: options.cursors,
      slots: async () => (await options.partitions()).map((partition) => ({ scope: 0, partition })),
      accept: () => undefined,
      nodeOf: (row) => row,
      mayRecover: () => false,
      onFailures: ([failure]) => {
        if (failure !== undefined) throw failure.error;
      },
    },
    call,
  );
}
