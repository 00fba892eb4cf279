import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';

/**
 * ByteNite in tables. Sources: the vendor's OpenAPI page of POST /logs, its documentation, and recorded answers.
 * Assumptions are marked as such.
 */

/** The services of a job, in the order in which it runs through them. They are its steps. */
export const SERVICES = ['PARTITIONER', 'TASKRUNNER', 'ASSEMBLER'] as const;
export type JobService = (typeof SERVICES)[number];

/** Severity numbers of `LogLevel`. UNKNOWN is its zero value: no level was given. PANIC stays in the range of FATAL. */
export const LEVEL_NUMBERS = {
  UNKNOWN: 0,
  TRACE: 1,
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
  FATAL: 21,
  PANIC: 22,
} as const;
export type Level = keyof typeof LEVEL_NUMBERS;

/**
 * Job states without their prefix `JOB_STATE_`. NEW, PARTITIONING, COMPLETE (without a D) and FAILED were
 * seen; the others are assumed. The whole enumeration is published nowhere.
 */
const JOB_STATES: Readonly<Record<string, JobStatus>> = {
  NEW: 'QUEUED',
  SUBMITTED: 'QUEUED',
  QUEUED: 'QUEUED',
  PENDING: 'QUEUED',
  SCHEDULED: 'QUEUED',
  PARTITIONING: 'RUNNING',
  RUNNING: 'RUNNING',
  PROCESSING: 'RUNNING',
  ASSEMBLING: 'RUNNING',
  PAUSED: 'PAUSED',
  ABORTING: 'CANCELLING',
  CANCELING: 'CANCELLING',
  CANCELLING: 'CANCELLING',
  COMPLETE: 'SUCCEEDED',
  COMPLETED: 'SUCCEEDED',
  FAILED: 'FAILED',
  ABORTED: 'CANCELLED',
  CANCELED: 'CANCELLED',
  CANCELLED: 'CANCELLED',
};

/** States in which a job is in one of its steps. */
export const STEP_OF_STATE: Readonly<Record<string, JobService>> = {
  PARTITIONING: 'PARTITIONER',
  RUNNING: 'TASKRUNNER',
  PROCESSING: 'TASKRUNNER',
  ASSEMBLING: 'ASSEMBLER',
};

/**
 * The number of lines at which an answer of POST /logs may end silently. The lines come from Loki, and this is its
 * default limit of entries per query; it is not published whether the vendor raises it.
 */
export const LOG_CAP = 5_000;

/**
 * The value of the order parameter of GET /jobs for newest first. Assumed: the reference calls it a string and shows no
 * value.
 */
export const NEWEST_FIRST = 'createdAt desc';

/** Jobs per call; the vendor's default and maximum are not published. */
export const JOB_PAGE_SIZE = 50;

/** A state's name as in the tables above: upper case, without its prefix. */
export function plainState(state: string): string {
  return state.toUpperCase().replace(/^JOB_STATE_/, '');
}

export function statusOf(state: string | null): JobStatus {
  return statusFrom(JOB_STATES, state === null ? null : plainState(state));
}
