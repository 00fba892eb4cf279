import type { Job } from '../../domain/job.ts';
import { parseInstant } from '../../domain/time.ts';

/**
 * The latest time at which a finished job can have ended, in milliseconds since the epoch. It is at most now, even if
 * the vendor's clock is ahead of ours; null if the vendor gives no time.
 */
export function endOfJob({ finishedAt, changedAt }: Job): number | null {
  const instant = parseInstant(finishedAt ?? changedAt ?? '');
  return instant === null ? null : Math.min(Date.now(), Number(instant.nanoseconds / 1_000_000n));
}
