/** What a job, attempt, step or task is doing. ACTIVE and INACTIVE are for standing definitions and services that never finish. */
export const JOB_STATUSES = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'CANCELLING',
  'CANCELLED',
  'SUCCEEDED',
  'FAILED',
  'ACTIVE',
  'INACTIVE',
  'UNKNOWN',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

const FINISHED: ReadonlySet<JobStatus> = new Set(['CANCELLED', 'SUCCEEDED', 'FAILED']);

/** Will nothing more happen by itself? (Lines may still be on their way.) */
export function isFinished(status: JobStatus): boolean {
  return FINISHED.has(status);
}

/** Looks a vendor's word up in its table; a word that the table does not know is UNKNOWN, never an error. */
export function statusFrom(table: Readonly<Record<string, JobStatus>>, native: string | null | undefined): JobStatus {
  if (native === null || native === undefined) return 'UNKNOWN';
  return Object.hasOwn(table, native) ? (table[native] ?? 'UNKNOWN') : 'UNKNOWN';
}
