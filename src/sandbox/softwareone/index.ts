import type { SandboxReply, SandboxRequest, SandboxStatus, SimulatedVendor } from '../types.ts';
import type { TaskStatus } from './fields.ts';
import { taskId, writtenLogId } from './ids.ts';
import { readListQuery, readSelect } from './list-query.ts';
import { listLogs } from './list-logs.ts';
import { only } from './list-reply.ts';
import { listTasks } from './list-tasks.ts';
import { LogStore } from './log-store.ts';
import type { TaskLogLine } from './log-store.ts';
import { problem, queryProblem } from './problem.ts';
import { QueryError } from './rql-expression.ts';
import { DEFAULT_SETTINGS, etaWriter } from './settings.ts';
import type { SoftwareOneSettings } from './settings.ts';
import { enter, NATIVE_STATUS, TASK_PROPERTIES, taskOnTheWire } from './tasks.ts';
import type { SimulatedTask, TaskDetails } from './tasks.ts';

export interface SoftwareOneOptions {
  /** The token of an operations account, which may read everything. */
  readonly token?: string;
  /** The token of a vendor account, which may not read logs. */
  readonly vendorToken?: string;
  readonly settings?: Partial<SoftwareOneSettings>;
  /** The clock for timestamps of tasks, milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface NewTask extends Partial<TaskDetails> {
  readonly status?: SandboxStatus;
  /** Overrides `status`, for statuses that only this vendor has (Blocked, Rescheduled). */
  readonly nativeStatus?: TaskStatus;
  /** The parent task. */
  readonly parent?: string;
  /** Milliseconds since the epoch; default: the clock. */
  readonly createdAt?: number;
}

export interface SoftwareOneSimulation extends SimulatedVendor {
  readonly token: string;
  readonly vendorToken: string;
  /** Changes the behaviour of the service from now on. */
  configure(settings: Partial<SoftwareOneSettings>): void;
  /** Makes a task (default status: running), with or without a parent, and returns its id. */
  createJob(options?: NewTask): string;
  /** Changes the details of a task; times are in milliseconds. */
  updateTask(key: string, changes: Partial<TaskDetails>): void;
  setStatus(key: string, status: SandboxStatus, at?: number): void;
  setNativeStatus(key: string, status: TaskStatus, at?: number): void;
  /** Adds lines to the task's own log; a child task has its own log, so the `task` of a line is ignored. */
  write(key: string, lines: readonly TaskLogLine[]): void;
  generate(key: string, count: number, line: (index: number) => TaskLogLine): void;
}

const ROOT = ['public', 'v1', 'system', 'tasks'];

/** The task API of SoftwareOne's Marketplace: tasks, child tasks and task logs, queried with RQL. */
export function simulateSoftwareOne(options: SoftwareOneOptions = {}): SoftwareOneSimulation {
  const token = options.token ?? 'softwareone-sandbox-token';
  const vendorToken = options.vendorToken ?? 'softwareone-sandbox-vendor-token';
  const now = options.now ?? Date.now;
  const tasks = new Map<string, SimulatedTask>();
  let settings: SoftwareOneSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  let created = 0;
  let written = 0;

  function taskOf(key: string): SimulatedTask {
    const task = tasks.get(key);
    if (task === undefined) throw new Error(`The simulated SoftwareOne has no task ${JSON.stringify(key)}.`);
    return task;
  }

  function nativeOf(status: SandboxStatus): TaskStatus {
    return status === 'QUEUED' ? settings.queuedAs : NATIVE_STATUS[status];
  }

  function handle(request: SandboxRequest): SandboxReply {
    const presented = request.headers['authorization'];
    const isVendor = presented === `Bearer ${vendorToken}`;
    if (presented !== `Bearer ${token}` && !isVendor) return problem(401, 'The token is missing or not valid.');
    const kind = classify(request);
    if (kind === 'other') return problem(404, 'There is no such resource.');
    if (request.method !== 'GET') return problem(405, 'Only reading is simulated.');
    try {
      return answer(kind, request, isVendor);
    } catch (error) {
      if (error instanceof QueryError) return queryProblem(error, settings.errorShape);
      throw error;
    }
  }

  function answer(kind: string, request: SandboxRequest, isVendor: boolean): SandboxReply {
    const query = { ...readListQuery(request.rawQuery), streamed: settings.streams && asksForStream(request) };
    const id = request.segments[4];
    if (id === undefined) return listTasks(tasks.values(), query, settings);
    if (kind === 'logs' && isVendor) return problem(403, 'Logs are for operations and service accounts.');
    const task = tasks.get(id);
    if (task === undefined) return problem(404, `Task '${id}' was not found.`);
    if (kind === 'logs') return listLogs(task, query, settings);
    const shown = readSelect(query.select, TASK_PROPERTIES, ['audit']);
    return { status: 200, body: only(taskOnTheWire(task, etaWriter(settings)), shown) };
  }

  return {
    vendor: 'softwareone',
    token,
    vendorToken,
    handle,
    classify,
    sourceConfig: (origin) => ({ vendor: 'softwareone', baseUrl: origin, auth: { type: 'bearer', token } }),
    configure(changes) {
      settings = { ...settings, ...changes };
    },
    createJob({ status = 'RUNNING', nativeStatus, parent, createdAt = now(), ...details } = {}) {
      created += 1;
      const task: SimulatedTask = {
        id: taskId(created),
        parent: parent === undefined ? null : taskOf(parent),
        status: 'Queued',
        details: { ...UNSAID, name: `Task ${created}`, ...details },
        audit: { created: createdAt },
        logs: new LogStore(created),
      };
      enter(task, nativeStatus ?? nativeOf(status), createdAt);
      tasks.set(task.id, task);
      return task.id;
    },
    updateTask(key, changes) {
      const task = taskOf(key);
      task.details = { ...task.details, ...changes };
    },
    setStatus(key, status, at = now()) {
      enter(taskOf(key), nativeOf(status), at);
    },
    setNativeStatus(key, status, at = now()) {
      enter(taskOf(key), status, at);
    },
    write(key, lines) {
      taskOf(key).logs.write(lines, () => writtenLogId((written += 1)));
    },
    generate(key, count, line) {
      taskOf(key).logs.generate(count, line);
    },
    clear: () => {
      tasks.clear();
    },
  };
}

const UNSAID: TaskDetails = {
  name: '',
  code: 'platform.tasks.generic',
  queue: 'marketplace/platform/internal/tasks/commands',
  description: null,
  object: null,
  parameters: null,
  progress: null,
  eta: null,
};

function asksForStream({ headers }: SandboxRequest): boolean {
  return headers['mpt-streaming'] === 'true' && headers['accept']?.includes('application/jsonl') === true;
}

/** `logs`, `job` (one, or several by id), `tasks` (children of one), `jobs`, `other`. */
function classify(request: SandboxRequest): string {
  const { segments } = request;
  if (!ROOT.every((segment, index) => segments[index] === segment)) return 'other';
  if (segments.length === 4) {
    const { filter } = readListQuery(request.rawQuery);
    if (filter?.includes('in(id,') === true) return 'job';
    return /parent\.id,\(?["']/.test(filter ?? '') ? 'tasks' : 'jobs';
  }
  if (segments.length === 5) return 'job';
  return segments.length === 6 && segments[5] === 'logs' ? 'logs' : 'other';
}
