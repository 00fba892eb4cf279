import type { SandboxReply, SandboxRequest } from '../types.ts';
import {
  attemptBody,
  jobBody,
  statusBody,
  stepBody,
  stepInListBody,
  stepsOf,
  taskBody,
  withoutNulls,
} from './bodies.ts';
import type { LogDialect } from './dialect.ts';
import { listPage } from './list-page.ts';
import type { ListOptions } from './list-page.ts';
import { logPage } from './log-routes.ts';
import { ROUTE_ABSENT, failure } from './replies.ts';
import { currentAttempt, statusOfJob } from './state.ts';
import type { AttemptState, JobState, StepState } from './state.ts';

/** The jobs that the routes read. */
export interface NemoJobs {
  find(workspace: string, name: string): JobState | null;
  inWorkspace(workspace: string): readonly JobState[];
}

interface StepOfJob {
  readonly job: JobState;
  readonly attempt: AttemptState;
  readonly step: StepState;
}

/** The kind of a path below `/apis/jobs/v2/workspaces/{workspace}`; calls are counted by it. */
export function kindOf(rest: readonly string[]): string {
  const [collection, , ...below] = rest;
  if (collection !== 'jobs') return 'unknown';
  if (rest.length === 1) return 'jobs';
  if (rest.length === 2) return 'job';
  const shape = below.map((segment, index) => (index % 2 === 0 ? segment : '*')).join('/');
  return Object.hasOwn(KIND_OF_SHAPE, shape) ? (KIND_OF_SHAPE[shape] ?? 'unknown') : 'unknown';
}

const KIND_OF_SHAPE: Readonly<Record<string, string>> = {
  status: 'status',
  logs: 'logs',
  steps: 'steps',
  'steps/*': 'step',
  'steps/*/tasks': 'tasks',
  'steps/*/tasks/*': 'task',
  attempts: 'attempts',
  'attempts/*': 'attempt',
  'attempts/*/steps': 'attempt-steps',
  'attempts/*/steps/*/tasks': 'attempt-tasks',
  'attempts/*/steps/*/tasks/*': 'attempt-task',
};

/** Answers a GET below one workspace. `turn` is the number of the log call. */
export function answer(
  jobs: NemoJobs,
  workspace: string,
  rest: readonly string[],
  request: SandboxRequest,
  dialect: LogDialect,
  turn: number,
): SandboxReply {
  const kind = kindOf(rest);
  const [, name = '', , second = '', , third = '', , fourth = ''] = rest;
  if (kind === 'unknown' || (kind.startsWith('attempt') && dialect.generation !== 'C')) return ROUTE_ABSENT;
  if (kind === 'jobs') return listPage(jobs.inWorkspace(workspace), request.query, jobList(dialect));
  if (kind === 'steps' && name === '-') {
    return stepList(jobs.inWorkspace(workspace).flatMap(stepsOfJob), request, dialect);
  }
  const job = jobs.find(workspace, name);
  if (job === null) return jobAbsent(workspace, name, dialect);
  if (kind.startsWith('attempt')) return answerAttempt(job, kind, [second, third, fourth], request, dialect);
  if (kind === 'job') return { status: 200, body: jobBody(job, dialect.zone) };
  if (kind === 'status') return { status: 200, body: statusBody(job, dialect.zone) };
  if (kind === 'logs') return logPage(job, request, dialect, turn);
  if (kind === 'steps') return stepList(stepsOfJob(job), request, dialect);
  return answerStep(job, currentAttempt(job), kind, [second, third], dialect);
}

function answerAttempt(
  job: JobState,
  kind: string,
  [id, stepName, taskName]: readonly [string, string, string],
  request: SandboxRequest,
  dialect: LogDialect,
): SandboxReply {
  if (kind === 'attempts') return listPage(job.attempts, request.query, attemptList(job, dialect));
  const attempt = id === 'current' ? currentAttempt(job) : job.attempts.find((one) => one.id === id);
  if (attempt === null || attempt === undefined) {
    return failure(404, `Attempt '${id}' not found for job '${job.name}'.`);
  }
  if (kind === 'attempt') return { status: 200, body: attemptBody(job, attempt, dialect.zone) };
  if (kind === 'attempt-steps') {
    return stepList(
      stepsOf(attempt).map((step) => ({ job, attempt, step })),
      request,
      dialect,
    );
  }
  return answerStep(job, attempt, kind.replace('attempt-', ''), [stepName, taskName], dialect);
}

function answerStep(
  job: JobState,
  attempt: AttemptState | null,
  kind: string,
  [stepName, taskName]: readonly [string, string],
  { zone }: LogDialect,
): SandboxReply {
  const step = attempt?.steps.get(stepName);
  if (attempt === null || step === undefined) return failure(404, 'Job step not found');
  if (kind === 'step') return { status: 200, body: stepBody(job, attempt, step, zone) };
  const tasks = [...step.tasks.values()];
  if (kind === 'tasks') return { status: 200, body: { data: tasks.map((task) => taskBody(step, task, zone)) } };
  const task = step.tasks.get(taskName);
  return task === undefined ? failure(404, 'Job task not found') : { status: 200, body: taskBody(step, task, zone) };
}

function jobAbsent(workspace: string, name: string, { generation }: LogDialect): SandboxReply {
  return failure(404, generation === 'A' ? 'Job not found' : `Job '${name}' not found in workspace '${workspace}'.`);
}

function jobList(dialect: LogDialect): ListOptions<JobState> {
  const { zone } = dialect;
  return {
    doubts: dialect,
    pageSize: 10,
    sort: '-created_at',
    sortKeys: { created_at: (job) => job.createdAt, updated_at: (job) => job.updatedAt, source: (job) => job.source },
    storeFilters: { name: (job) => job.name, source: (job) => job.source, project: (job) => job.project ?? '' },
    pageFilters: { status: statusOfJob },
    body: (job) => withoutNulls(jobBody(job, zone)),
  };
}

function stepList(steps: readonly StepOfJob[], { query }: SandboxRequest, dialect: LogDialect): SandboxReply {
  const { zone } = dialect;
  return listPage(steps, query, {
    doubts: dialect,
    pageSize: 25,
    sort: 'created_at',
    sortKeys: { created_at: ({ step }) => step.createdAt, updated_at: ({ step }) => step.updatedAt },
    storeFilters: {
      job: ({ job }) => job.name,
      status: ({ step }) => step.status,
      source: ({ job }) => job.source,
    },
    pageFilters: {},
    body: ({ job, attempt, step }) => withoutNulls(stepInListBody(job, attempt, step, zone)),
  });
}

function attemptList(job: JobState, dialect: LogDialect): ListOptions<AttemptState> {
  const { zone } = dialect;
  return {
    doubts: dialect,
    pageSize: 25,
    sort: '-seq',
    sortKeys: { seq: ({ seq }) => BigInt(seq) },
    storeFilters: { status: ({ status }) => status },
    pageFilters: {},
    body: (attempt) => withoutNulls(attemptBody(job, attempt, zone)),
  };
}

function stepsOfJob(job: JobState): StepOfJob[] {
  return job.attempts.flatMap((attempt) => stepsOf(attempt).map((step) => ({ job, attempt, step })));
}
