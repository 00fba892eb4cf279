import { formatTime } from './dialect.ts';
import type { NemoDialect } from './dialect.ts';
import { currentAttempt, statusOfJob } from './state.ts';
import type { AttemptState, JobState, StepState, TaskState } from './state.ts';

type Body = Record<string, unknown>;
type Zone = NemoDialect['zone'];

/** Data that clients of the graph must never see: the caller, and the environment. */
const AUTH_CONTEXT = { principal_id: 'user-2213', email: 'mlops@sandbox.example', groups: ['training'] };
const STEP_SPEC = {
  executor: { provider: 'gpu', container: { image: 'sandbox/automodel:25.11' } },
  environment: [{ name: 'HF_TOKEN', value: 'hf-sandbox-secret' }],
};

export function jobBody(job: JobState, zone: Zone): Body {
  return {
    id: job.id,
    attempt_id: currentAttempt(job)?.id ?? null,
    name: job.name,
    workspace: job.workspace,
    project: job.project,
    description: job.description,
    source: job.source,
    spec: { model: 'llama-3.2-1b-instruct', training: { epochs: 2, batch_size: 8 } },
    platform_spec: { steps: [...(currentAttempt(job)?.steps.keys() ?? [])].map((name) => ({ name, ...STEP_SPEC })) },
    fileset: `${job.name}-files`,
    status: statusOfJob(job),
    status_details: currentAttempt(job)?.statusDetails ?? job.statusDetails,
    error_details: currentAttempt(job)?.errorDetails ?? job.errorDetails,
    created_at: formatTime(job.createdAt, zone),
    updated_at: formatTime(job.updatedAt, zone),
    ownership: { created_by: AUTH_CONTEXT.email },
    custom_fields: null,
  };
}

/** Lists leave out null members. */
export function withoutNulls(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

export function statusBody(job: JobState, zone: Zone): Body {
  return {
    id: job.id,
    name: job.name,
    status: statusOfJob(job),
    status_details: currentAttempt(job)?.statusDetails ?? job.statusDetails,
    error_details: currentAttempt(job)?.errorDetails ?? job.errorDetails,
    steps: stepsOf(currentAttempt(job)).map((step) => ({
      ...partBody(step, zone),
      tasks: [...step.tasks.values()].map((task) => ({ ...partBody(task, zone), error_stack: task.errorStack })),
    })),
  };
}

export function stepInListBody(job: JobState, attempt: AttemptState, step: StepState, zone: Zone): Body {
  return {
    ...partBody(step, zone),
    job: job.name,
    attempt_id: attempt.id,
    fileset: `${job.name}-files`,
    workspace: job.workspace,
    step_spec: STEP_SPEC,
    auth_context: AUTH_CONTEXT,
  };
}

export function stepBody(job: JobState, attempt: AttemptState, step: StepState, zone: Zone): Body {
  return {
    ...partBody(step, zone),
    entity_id: step.id.replace('platform-job-step-', ''),
    parent: attempt.id,
    attempt_id: attempt.id,
    workspace: job.workspace,
    config: STEP_SPEC,
    created_by: AUTH_CONTEXT.email,
    updated_by: AUTH_CONTEXT.email,
  };
}

export function taskBody(step: StepState, task: TaskState, zone: Zone): Body {
  return { ...partBody(task, zone), step_id: step.id, error_stack: task.errorStack };
}

export function attemptBody(job: JobState, attempt: AttemptState, zone: Zone): Body {
  return {
    ...partBody(attempt, zone),
    name: `${job.name}-attempt-${attempt.seq}`,
    job: job.id,
    workspace: job.workspace,
    seq: attempt.seq,
    platform_spec: { steps: [...attempt.steps.keys()].map((name) => ({ name, ...STEP_SPEC })) },
    is_current: attempt === currentAttempt(job),
  };
}

/** Steps in the order of their creation. */
export function stepsOf(attempt: AttemptState | null): StepState[] {
  return [...(attempt?.steps.values() ?? [])].sort((a, b) => Number(a.createdAt - b.createdAt));
}

function partBody(part: (StepState | TaskState | AttemptState) & { readonly name?: string }, zone: Zone): Body {
  return {
    id: part.id,
    name: part.name,
    status: part.status,
    status_details: part.statusDetails,
    error_details: part.errorDetails,
    created_at: formatTime(part.createdAt, zone),
    updated_at: formatTime(part.updatedAt, zone),
  };
}
