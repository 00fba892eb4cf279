import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';
import type { Ladder } from '../../pagination/core/ladder.ts';

/** The collection of tasks, below the base URL. */
export const TASKS: readonly string[] = ['public', 'v1', 'system', 'tasks'];
export const TASKS_ROUTE = '/public/v1/system/tasks';

/** The vendor's largest page; larger requests are cut to it silently. */
export const LARGEST_PAGE = 100;

/** Smaller sizes of the first page of a read. 40 serves the 20 lines that clients request by default. */
export const LADDER: Ladder = { sizes: [25, 40, 60, 80], ahead: 20 };

/**
 * The statuses of the schema, and Blocked, which only the prose mentions. A rescheduled task waits for its next try, so
 * it is not finished.
 */
export const STATUSES: Readonly<Record<string, JobStatus>> = {
  Queued: 'QUEUED',
  Blocked: 'QUEUED',
  Rescheduled: 'QUEUED',
  Processing: 'RUNNING',
  Completed: 'SUCCEEDED',
  Failed: 'FAILED',
};

/** A failure ends its task. */
export const SEVERITY_NUMBERS: Readonly<Record<string, number>> = {
  Debug: 5,
  Info: 9,
  Warning: 13,
  Error: 17,
  Failure: 21,
};

export function statusOf(native: string | null | undefined): JobStatus {
  return statusFrom(STATUSES, native);
}
