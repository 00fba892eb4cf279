import type { SandboxStatus } from '../types.ts';
import type { TaskStatus } from './fields.ts';
import type { LogStore } from './log-store.ts';

/** A task's data other than its place and status. */
export interface TaskDetails {
  readonly name: string;
  readonly code: string;
  readonly queue: string;
  readonly description: string | null;
  /** Id of the task's business object. */
  readonly object: string | null;
  readonly parameters: unknown;
  /** 0 to 100. */
  readonly progress: number | null;
  /** Milliseconds since the epoch. */
  readonly eta: number | null;
}

/** The last time of each event, milliseconds since the epoch: a retry overwrites earlier times. */
export type TaskAudit = Partial<Record<'created' | 'updated' | 'started' | 'completed' | 'failed', number>>;

export interface SimulatedTask {
  readonly id: string;
  readonly parent: SimulatedTask | null;
  status: TaskStatus;
  details: TaskDetails;
  readonly audit: TaskAudit;
  readonly logs: LogStore;
}

/** The vendor has no cancellation: a cancelled task counts as failed. */
export const NATIVE_STATUS: Readonly<Record<SandboxStatus, TaskStatus>> = {
  QUEUED: 'Queued',
  RUNNING: 'Processing',
  SUCCEEDED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Failed',
};

/** Moves a task to a status and records the time in its audit. */
export function enter(task: SimulatedTask, status: TaskStatus, at: number): void {
  task.status = status;
  task.audit.updated = at;
  if (status === 'Queued' || status === 'Blocked') return;
  if (status === 'Processing') task.audit.started = at;
  else task.audit.started ??= at;
  if (status === 'Completed') task.audit.completed = at;
  if (status === 'Failed') task.audit.failed = at;
}

export const TASK_PROPERTIES = [
  'id',
  'name',
  'revision',
  'status',
  'code',
  'queue',
  'object',
  'description',
  'parent',
  'progress',
  'eta',
  'audit',
  'parameters',
  'owner',
];

/** The task as its endpoints write it, with all properties. */
export function taskOnTheWire(task: SimulatedTask, writeEta: (milliseconds: number) => string): object {
  const { id, status, parent, audit } = task;
  const { name, code, queue, object, description, progress, eta, parameters } = task.details;
  return {
    id,
    name,
    revision: 1,
    status,
    code,
    queue,
    object: object === null ? null : { id: object },
    description,
    parent: parent === null ? null : { id: parent.id, name: parent.details.name, revision: 1 },
    progress,
    eta: eta === null ? null : writeEta(eta),
    audit: auditOnTheWire(audit),
    parameters,
    owner: { id: 'SVC-0014', name: 'platform', revision: 1 },
  };
}

/** Audit times on a whole second have no fraction. */
function auditOnTheWire(audit: TaskAudit): object {
  const events = Object.entries(audit).map(([event, at]) => [
    event,
    { at: new Date(at).toISOString().replace('.000Z', 'Z'), by: { id: 'TKN-0000-0001', name: 'Task service' } },
  ]);
  return Object.fromEntries(events) as object;
}
