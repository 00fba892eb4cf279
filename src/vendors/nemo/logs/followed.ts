import type { Call } from '../../../domain/call.ts';
import { hasCode } from '../../../domain/errors.ts';
import type { Attempt } from '../../../domain/job.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import { chaptersPartition, unreadablePartition } from '../../../pagination/chapters/chapters.ts';
import type { Chapter } from '../../../pagination/chapters/chapters.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { ONLY_CURRENT, logPartition } from './partitions.ts';
import type { LogPartitionOptions, LogSelection } from './partitions.ts';
import { beganAt } from '../parts.ts';

/**
 * How long lines of an attempt may still arrive after the next attempt has begun, and how much earlier than its attempt
 * a line may be by its machine's clock. In nanoseconds.
 */
const SLACK = 60_000_000_000n;

/** A selection of a job's lines, in any attempt. */
export type AnyAttemptSelection = Pick<LogSelection, 'place' | 'step' | 'task'>;

/** An attempt, with its start if known. */
export type FollowedAttempt = Pick<Attempt, 'key' | 'createdAt' | 'startedAt' | 'time'>;

/**
 * The attempts of a job as one log, the oldest first, each pinned by its id. Deleted attempts are reported as
 * truncated; if the last one is gone, the error is thrown.
 */
export function attemptsPartition(
  attempts: readonly FollowedAttempt[],
  selection: AnyAttemptSelection,
  options: LogPartitionOptions,
): Partition<LogEntry> {
  const chapters = attempts.map((attempt): Chapter<LogEntry> => {
    const pinned = { ...selection, attempt: attempt.key, attemptKey: attempt.key };
    return { key: attempt.key, beganAt: beganAt(attempt), partition: logPartition(pinned, options) };
  });
  const current = chapters.at(-1);
  return chaptersPartition({
    key: '',
    chapters,
    slack: SLACK,
    goneBy: (error, chapter) =>
      chapter !== current && hasCode(error, 'NOT_FOUND') ? 'the log of an earlier attempt is not there any more' : null,
  });
}

/** The log of the current attempt (the last of `attempts`) when no other can be read. Earlier ones are reported as truncated. */
export function currentPartition(
  attempts: readonly FollowedAttempt[],
  selection: AnyAttemptSelection,
  options: LogPartitionOptions,
): Partition<LogEntry> {
  const partition = logPartition({ ...selection, attemptKey: null }, options);
  const current = attempts.at(-1);
  if (current === undefined || attempts.length === 1) return partition;
  const earlier = unreadablePartition<LogEntry>(`the source gives ${ONLY_CURRENT}`);
  const chapters = [
    { key: 'earlier', beganAt: null, partition: earlier },
    { key: 'current', beganAt: beganAt(current), partition },
  ];
  // Nothing needs merging: unreadable attempts are reported where they begin.
  return chaptersPartition({ key: '', chapters, slack: 0n });
}

/**
 * The attempts to follow, the current one last. Only the current one if the caller may read its log but not the list of
 * attempts.
 */
export async function followedAttempts(
  current: string,
  { place }: AnyAttemptSelection,
  { reader }: LogPartitionOptions,
  call: Call,
): Promise<readonly FollowedAttempt[]> {
  const attempts = await reader.attemptsUpTo(place, current, call).catch((error: unknown) => {
    if (hasCode(error, 'SOURCE_FORBIDDEN')) return [];
    throw error;
  });
  if (attempts.some(({ key }) => key === current)) return attempts;
  // The list may be older than the job's current attempt.
  return [...attempts, { key: current, createdAt: null, startedAt: null, time: 0n }];
}

/** The partitions of named attempts, joined into one, because all lines of a job have positions in one log. */
export function joinAttempts(
  asked: readonly { readonly key: string; readonly partition: Partition<LogEntry> | null }[],
): readonly Partition<LogEntry>[] {
  const found = asked.flatMap(({ key, partition }) => (partition === null ? [] : [{ key, partition, beganAt: null }]));
  const readable = found.filter(({ partition }) => partition.key === '');
  const refused = found.filter(({ partition }) => partition.key !== '').map(({ partition }) => partition);
  const [only] = readable;
  if (only === undefined) return refused;
  if (readable.length === 1) return [only.partition, ...refused];
  return [chaptersPartition({ key: '', chapters: readable, slack: 0n }), ...refused];
}
