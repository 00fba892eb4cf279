import { createHash } from 'node:crypto';
import { encodeBase58 } from './base58.ts';
import { LineLog } from './line-log.ts';

/** The vendor's status words for a job, attempt, step or task. */
export type NemoStatus =
  | 'created'
  | 'queued'
  | 'pending'
  | 'active'
  | 'cancelling'
  | 'cancelled'
  | 'error'
  | 'completed'
  | 'pausing'
  | 'paused'
  | 'resuming'
  | 'creation_pending'
  | 'deletion_pending';

export type Details = Readonly<Record<string, unknown>>;

interface Entity {
  readonly id: string;
  status: NemoStatus;
  statusDetails: Details;
  errorDetails: Details | null;
  readonly createdAt: bigint;
  updatedAt: bigint;
}

export interface TaskState extends Entity {
  readonly name: string;
  errorStack: string;
}

export interface StepState extends Entity {
  readonly name: string;
  readonly tasks: Map<string, TaskState>;
}

export interface AttemptState extends Entity {
  readonly seq: number;
  readonly steps: Map<string, StepState>;
  /** By step: the name of its only task if no line names another. */
  readonly defaultTasks: Map<string, string>;
  readonly log: LineLog;
}

/** A job's status is that of its current (last) attempt; without attempts, it is the job's own. */
export interface JobState extends Entity {
  readonly workspace: string;
  readonly name: string;
  readonly source: string;
  readonly project: string | null;
  readonly description: string | null;
  readonly attempts: AttemptState[];
}

export interface NewJob {
  readonly workspace: string;
  readonly name: string;
  readonly status: NemoStatus;
  readonly source: string;
  readonly project: string | null;
  readonly description: string | null;
  readonly createdAt: bigint;
}

const FINISHED: ReadonlySet<NemoStatus> = new Set(['completed', 'error', 'cancelled']);

export function newJob(job: NewJob): JobState {
  return { ...entity('platform-job', [job.workspace, job.name], job.status, job.createdAt), ...job, attempts: [] };
}

export function newAttempt(job: JobState, status: NemoStatus, createdAt: bigint): AttemptState {
  const seq = job.attempts.length;
  const attempt: AttemptState = {
    ...entity('platform-job-attempt', [job.id, String(seq)], status, createdAt),
    seq,
    steps: new Map(),
    defaultTasks: new Map(),
    log: new LineLog(),
  };
  job.attempts.push(attempt);
  return attempt;
}

/** The step with that name, made on first use. */
export function stepOf(attempt: AttemptState, name: string, at: bigint, status: NemoStatus): StepState {
  let step = attempt.steps.get(name);
  if (step === undefined) {
    step = { ...entity('platform-job-step', [attempt.id, name], status, at), name, tasks: new Map() };
    attempt.steps.set(name, step);
  }
  return step;
}

/** The task with that name, made on first use. */
export function taskOf(step: StepState, name: string, at: bigint, status: NemoStatus): TaskState {
  let task = step.tasks.get(name);
  if (task === undefined) {
    task = { ...entity('platform-job-task', [step.id, name], status, at), name, errorStack: '' };
    step.tasks.set(name, task);
  }
  return task;
}

export function currentAttempt(job: JobState): AttemptState | null {
  return job.attempts.at(-1) ?? null;
}

export function statusOfJob(job: JobState): NemoStatus {
  return currentAttempt(job)?.status ?? job.status;
}

/** Starts another attempt. The previous one fails, unless it has already ended. */
export function nextAttempt(job: JobState, status: NemoStatus, at: bigint): AttemptState {
  const last = currentAttempt(job);
  if (last !== null && !FINISHED.has(last.status)) setAttemptStatus(last, 'error', at);
  return newAttempt(job, status, at);
}

/** Sets the status of a job and its current attempt, and ends the parts that have not ended. */
export function setJobStatus(job: JobState, status: NemoStatus, at: bigint): void {
  const attempt = currentAttempt(job);
  change(job, status, at);
  if (attempt !== null) setAttemptStatus(attempt, status, at);
}

function setAttemptStatus(attempt: AttemptState, status: NemoStatus, at: bigint): void {
  change(attempt, status, at);
  for (const step of attempt.steps.values()) {
    for (const part of [step, ...step.tasks.values()]) {
      if (FINISHED.has(status) && !FINISHED.has(part.status)) change(part, status, at);
    }
  }
}

function change(entity: Entity, status: NemoStatus, at: bigint): void {
  entity.status = status;
  if (at > entity.updatedAt) entity.updatedAt = at;
}

function entity(type: string, names: readonly string[], status: NemoStatus, createdAt: bigint): Entity {
  return {
    id: `${type}-${encodeBase58(digest([type, ...names]))}`,
    status,
    statusDetails: {},
    errorDetails: null,
    createdAt,
    updatedAt: createdAt,
  };
}

/** A task name as the vendor makes it for a process or container. */
export function defaultTaskName(attempt: AttemptState, step: string): string {
  let name = attempt.defaultTasks.get(step);
  if (name === undefined) {
    name = `task-${Buffer.from(digest([attempt.id, step])).toString('hex')}`;
    attempt.defaultTasks.set(step, name);
  }
  return name;
}

function digest(parts: readonly string[]): Uint8Array {
  return createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
}
