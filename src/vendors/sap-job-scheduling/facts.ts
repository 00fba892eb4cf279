import type { Ladder } from '../../pagination/core/ladder.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Severity } from '../../domain/severity.ts';
import { isFinished, statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';
import type { NativeJob } from './wire.ts';
import type { NativeRun } from './runs/wire.ts';

/**
 * Smaller pages of runs, none of a length to which vendors cap pages. How many runs a read must see is learned per
 * schedule.
 */
export const LADDER: Ladder = { sizes: [60, 90, 120, 150], ahead: 0 };

/**
 * A run's `runStatus` is its phase, `runState` its result. COMPLETED alone does not mean success.
 * https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/schedule-lifecycle
 */
const STATUS_OF_STATE: Readonly<Record<string, JobStatus>> = {
  SCHEDULED: 'QUEUED',
  TRIGGERED: 'RUNNING',
  ACK_RECVD: 'RUNNING',
  ACK_NOT_RECVD: 'RUNNING',
  SUCCESS: 'SUCCEEDED',
  ERROR: 'FAILED',
  REQUEST_ERROR: 'FAILED',
  TIMEOUT: 'FAILED',
  UNKNOWN: 'UNKNOWN',
};

const STATUS_OF_RUN_STATUS: Readonly<Record<string, JobStatus>> = {
  SCHEDULED: 'QUEUED',
  RUNNING: 'RUNNING',
  COMPLETED: 'UNKNOWN',
};

const SEVERITY_OF_STATE: Readonly<Record<string, number>> = {
  SCHEDULED: 9,
  TRIGGERED: 9,
  ACK_RECVD: 9,
  SUCCESS: 9,
  ACK_NOT_RECVD: 13,
  UNKNOWN: 13,
  ERROR: 17,
  REQUEST_ERROR: 17,
  TIMEOUT: 17,
};

/** While a run goes on, its `runStatus` decides. After it is over, only its `runState` tells how it ended. */
export function statusOfRun(run: NativeRun): JobStatus {
  const byState = statusFrom(STATUS_OF_STATE, run.runState);
  if (run.runStatus === null) return byState;
  if (run.runStatus === 'COMPLETED') return isFinished(byState) ? byState : 'UNKNOWN';
  const byStatus = statusFrom(STATUS_OF_RUN_STATUS, run.runStatus);
  return byStatus === 'UNKNOWN' ? byState : byStatus;
}

/** True if the run is over, with any result. */
export function isCompleted(run: NativeRun): boolean {
  return run.runStatus === 'COMPLETED' || run.completionTimestamp !== null || isFinished(statusOfRun(run));
}

/** The severity of a run's state or an event's type. An unknown word has no number. */
export function severityOfState(state: string | null): Severity {
  if (state === null) return NO_SEVERITY;
  const number = Object.hasOwn(SEVERITY_OF_STATE, state) ? (SEVERITY_OF_STATE[state] ?? 0) : 0;
  return { number, text: state, source: number === 0 ? 'NONE' : 'VENDOR' };
}

/** The status of a job or a schedule, which are standing definitions: switched on or off. */
export function statusOfFlag(active: boolean | null): JobStatus {
  if (active === null) return 'UNKNOWN';
  return active ? 'ACTIVE' : 'INACTIVE';
}

/** The job's own switch or, if the answer omits it, whether any of its schedules is on. */
export function statusOfJob(job: NativeJob): JobStatus {
  if (job.active !== null) return statusOfFlag(job.active);
  if (job.ACTIVECOUNT !== null) return statusOfFlag(job.ACTIVECOUNT > 0);
  const schedules = job.schedules ?? [];
  if (schedules.length === 0) return 'UNKNOWN';
  return statusOfFlag(schedules.some((schedule) => schedule.active === true));
}
