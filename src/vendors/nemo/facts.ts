import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';
import type { Ladder } from '../../pagination/core/ladder.ts';

/**
 * Smaller sizes of log pages. 40 serves the 20 lines that clients request by default. Few sizes divide each other, so
 * that page borders lie in different places.
 */
export const LADDER: Ladder = { sizes: [25, 40, 64, 90, 130, 190, 280, 410, 600], ahead: 20 };

/** The status words of all generations of the API. */
const STATUS: Readonly<Record<string, JobStatus>> = {
  created: 'QUEUED',
  creation_pending: 'QUEUED',
  queued: 'QUEUED',
  pending: 'QUEUED',
  active: 'RUNNING',
  pausing: 'RUNNING',
  resuming: 'RUNNING',
  paused: 'PAUSED',
  cancelling: 'CANCELLING',
  deletion_pending: 'CANCELLING',
  cancelled: 'CANCELLED',
  completed: 'SUCCEEDED',
  error: 'FAILED',
};

export function statusOf(native: string | null | undefined): JobStatus {
  return statusFrom(STATUS, native);
}

/** True if jobs of this vendor can have one of these statuses. UNKNOWN stands for unknown words. */
export function mayHave(statuses: readonly JobStatus[]): boolean {
  return statuses.includes('UNKNOWN') || Object.values(STATUS).some((status) => statuses.includes(status));
}
