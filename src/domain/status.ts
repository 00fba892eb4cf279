/**
 * What a job, attempt, step or task is doing. ACTIVE and INACTIVE are for permanent definitions and services, which
 * never finish.
 */
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

/** True if nothing more will happen without intervention. (Lines may still arrive.) */
export function isFinished(status: JobStatus): boolean {
  return FINISHED.has(status);
}

/** Looks up a vendor's status in its table; an unknown one is UNKNOWN, never an error. */
export function statusFrom(table: Readonly<Record<string, JobStatus>>, native: string | null | undefined): JobStatus {
  if (native === null || native === undefined) return 'UNKNOWN';
  return Object.hasOwn(table, native) ? (table[native] ?? 'UNKNOWN') : 'UNKNOWN';
}
