import type { Call } from '../../domain/call.ts';
import { nullIfNotFound } from '../../domain/errors.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { startOfInstant } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import type { EntryRef, LogNode } from '../api.ts';
import { LogEntryNode } from './node.ts';
import type { FederatedSource } from '../source.ts';

/** Finds a line by its position: reads its instant in its partition. Null if the line or its job is gone. */
export function findEntry(source: FederatedSource, ref: EntryRef, call: Call): Promise<LogNode | null> {
  return entryAt(source, ref, call).catch(nullIfNotFound);
}

async function entryAt(source: FederatedSource, ref: EntryRef, call: Call): Promise<LogNode | null> {
  const partition = await partitionOf(source, ref, call);
  if (partition === null) return null;
  const entry = (await readInstant(partition, ref, call)) ?? (await findBefore(source, ref, call));
  return entry === null ? null : new LogEntryNode(source, ref.key, partition.key, entry);
}

/**
 * The job's own partition with that key, or the partition of one of its tasks or attempts, which may have separate
 * logs.
 */
async function partitionOf(source: FederatedSource, ref: EntryRef, call: Call): Promise<Partition<LogEntry> | null> {
  const { partitions } = await source.connector.logs({ job: ref.key }, {}, call);
  const own = partitions.find((partition) => partition.key === ref.partition);
  if (own !== undefined || ref.partition === '') return own ?? null;
  for (const part of ['task', 'attempt'] as const) {
    const apart = await source.connector.logs({ job: ref.key, [part]: ref.partition }, {}, call);
    const found = apart.partitions.find((partition) => partition.key === ref.partition);
    if (found !== undefined) return found;
  }
  return null;
}

/** Finds a line from before the point where the job's log began again, if the source still returns that part. */
async function findBefore(source: FederatedSource, ref: EntryRef, call: Call): Promise<LogEntry | null> {
  const followed = await source.connector.follow?.(ref.key, {}, call);
  if (followed === undefined || followed.stretch !== undefined) return null;
  const partition = followed.partitions.find(({ key }) => key === ref.partition);
  return partition === undefined ? null : readInstant(partition, ref, call);
}

async function readInstant(partition: Partition<LogEntry>, ref: EntryRef, call: Call): Promise<LogEntry | null> {
  const batches = partition.read(
    {
      direction: 'forward',
      from: startOfInstant(ref.time),
      hint: null,
      until: startOfInstant(ref.time + 1n),
      need: 1,
      accept: (entry) => entry.tie === ref.tie,
    },
    call,
  );
  for await (const { rows } of batches) {
    const found = rows.find(({ row }) => row.time === ref.time && row.tie === ref.tie);
    if (found !== undefined) return found.row;
  }
  return null;
}
