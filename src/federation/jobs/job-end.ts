import type { Job } from '../../domain/job.ts';
import { parseInstant } from '../../domain/time.ts';

/**
 * When a finished job ended at the latest, in milliseconds since the epoch. Now, where the vendor's clock is ahead of
 * ours; null where the vendor does not say.
 */
export function endOfJob({ finishedAt, changedAt }: Job): number | null {
  const instant = parseInstant(finishedAt ?? changedAt ?? '');
  return instant === null ? null : Math.min(Date.now(), Number(instant.nanoseconds / 1_000_000n));
}
