import { FAR_FUTURE, jwtOf } from '../jwt.ts';
import type { SandboxLine, SandboxReply, SandboxRequest, SandboxStatus, SimulatedVendor } from '../types.ts';
import { dialectOf } from './dialect.ts';
import type { DialectOptions } from './dialect.ts';
import type { StoredLine } from './line-log.ts';
import { ROUTE_ABSENT, failure } from './replies.ts';
import { answer, kindOf } from './routes.ts';
import {
  currentAttempt,
  defaultTaskName,
  newAttempt,
  newJob,
  nextAttempt,
  setJobStatus,
  stepOf,
  taskOf,
} from './state.ts';
import type { AttemptState, Details, JobState, NemoStatus, StepState, TaskState } from './state.ts';

/** A token of an identity provider, as the vendor accepts it. */
export const SANDBOX_TOKEN = jwtOf({ sub: 'sandbox', scope: 'platform:read', exp: FAR_FUTURE });

export interface NemoSandboxOptions extends DialectOptions {
  /** The bearer token that may read everything; null: no authorisation. */
  readonly token?: string | null | undefined;
  /** A valid token that may read nothing: 403. */
  readonly scopelessToken?: string | undefined;
  /** Nanoseconds since the epoch; default: the clock of this machine. */
  readonly now?: (() => bigint) | undefined;
}

export interface NemoJobOptions {
  readonly name?: string | undefined;
  readonly status?: SandboxStatus | undefined;
  readonly workspace?: string | undefined;
  readonly source?: string | undefined;
  readonly project?: string | undefined;
  readonly description?: string | undefined;
  readonly createdAt?: bigint | undefined;
  /** False: the job has no attempt yet (generation C). */
  readonly attempt?: boolean | undefined;
}

/** Changes a part of a job directly. */
export interface PartChange {
  readonly status?: NemoStatus;
  readonly statusDetails?: Details;
  readonly errorDetails?: Details | null;
  readonly updatedAt?: bigint;
}

export interface NemoSimulation extends SimulatedVendor {
  createJob(options?: NemoJobOptions): string;
  /** Sets the vendor's own status word, even one that the common list lacks. */
  setNativeStatus(
    key: string,
    status: NemoStatus,
    details?: { readonly status?: Details; readonly error?: Details; readonly at?: bigint },
  ): void;
  /**
   * Starts another attempt, which becomes the current one, and returns its id. The previous one fails if it was
   * running.
   */
  startAttempt(key: string, at?: bigint): string;
  /** Adds lines to an attempt by its id: lines of an earlier attempt may reach the store late. */
  writeTo(key: string, attempt: string, lines: readonly SandboxLine[]): void;
  /** The attempt ids, oldest first. */
  attempts(key: string): readonly string[];
  /** Makes or changes a step of the current attempt. */
  step(key: string, name: string, at?: bigint, change?: PartChange): void;
  /** Makes or changes a task of a step of the current attempt. */
  task(
    key: string,
    step: string,
    name: string,
    at?: bigint,
    change?: PartChange & { readonly errorStack?: string },
  ): void;
  /** The task name of a step's lines that name no task. */
  taskName(key: string, step: string): string;
  /** Forgets all issued opaque page tokens. */
  expireTokens(): void;
}

const NATIVE_STATUS: Readonly<Record<SandboxStatus, NemoStatus>> = {
  QUEUED: 'created',
  RUNNING: 'active',
  SUCCEEDED: 'completed',
  FAILED: 'error',
  CANCELLED: 'cancelled',
};

const DEFAULT_STEP = 'training';
const DEFAULT_WORKSPACE = 'default';

/** The jobs service of NVIDIA NeMo, limited to reading jobs, attempts, steps, tasks and logs. */
export function simulateNemo(options: NemoSandboxOptions = {}): NemoSimulation {
  const jobs = new Map<string, JobState>();
  const dialect = dialectOf(options);
  const token = options.token === undefined ? SANDBOX_TOKEN : options.token;
  let lastTime = 0n;
  let made = 0;
  let turn = 0;

  /** Never returns the same instant twice, so that lists have an order. */
  function now(): bigint {
    const clock = options.now?.() ?? BigInt(Date.now()) * 1_000_000n;
    lastTime = clock > lastTime ? clock : lastTime + 1000n;
    return lastTime;
  }

  function jobOf(key: string): JobState {
    const job = jobs.get(key);
    if (job === undefined) throw new Error(`There is no simulated job ${key}`);
    return job;
  }

  function attemptOf(key: string): AttemptState {
    const job = jobOf(key);
    return currentAttempt(job) ?? newAttempt(job, job.status, job.createdAt);
  }

  function stored(attempt: AttemptState, line: SandboxLine): StoredLine {
    const step = line.step ?? DEFAULT_STEP;
    const task = line.task ?? (step === '' ? '' : defaultTaskName(attempt, step));
    return { time: line.time - (((line.time % 1000n) + 1000n) % 1000n), step, task, message: line.message };
  }

  /** A line's step and task are running, so they appear in the tree from then on. */
  function place(attempt: AttemptState, { step, task, time }: StoredLine): void {
    if (step === '') return;
    const parent = stepOf(attempt, step, time, attempt.status);
    if (task !== '') taskOf(parent, task, time, attempt.status);
  }

  function add(attempt: AttemptState, lines: readonly SandboxLine[]): void {
    const batch = lines.map((line) => stored(attempt, line));
    attempt.log.add(batch);
    for (const line of batch) place(attempt, line);
  }

  function handle(request: SandboxRequest): SandboxReply {
    if (!isOurs(request)) return ROUTE_ABSENT;
    const refusal =
      token === null ? null : refusedCaller(request, token, options.scopelessToken ?? 'nemo-scopeless-token');
    if (refusal !== null) return refusal;
    if (request.method !== 'GET') return failure(405, 'Method Not Allowed');
    const [workspace = '', ...rest] = request.segments.slice(4);
    turn += 1;
    const found = {
      find: (ws: string, name: string) => jobs.get(`${ws}/${name}`) ?? null,
      inWorkspace: (ws: string) => [...jobs.values()].filter((job) => job.workspace === ws),
    };
    return answer(found, workspace, rest, request, dialect, turn);
  }

  return {
    vendor: 'nemo',
    handle,
    classify: (request) => (isOurs(request) ? kindOf(request.segments.slice(5)) : 'unknown'),
    sourceConfig: (origin) => ({
      vendor: 'nemo',
      baseUrl: origin,
      workspaces: [...new Set([DEFAULT_WORKSPACE, ...[...jobs.values()].map((job) => job.workspace)])],
      auth: token === null ? { type: 'none' } : { type: 'bearer', token },
    }),
    createJob(wanted = {}) {
      made += 1;
      const { workspace = DEFAULT_WORKSPACE, source = 'automodel' } = wanted;
      const job = newJob({
        workspace,
        source,
        name: wanted.name ?? `${source.slice(0, 20)}-${made.toString(36).padStart(8, '0')}`,
        status: NATIVE_STATUS[wanted.status ?? 'RUNNING'],
        project: wanted.project ?? null,
        description: wanted.description ?? null,
        createdAt: wanted.createdAt ?? now(),
      });
      if (wanted.attempt !== false) newAttempt(job, job.status, job.createdAt);
      const key = `${workspace}/${job.name}`;
      jobs.set(key, job);
      return key;
    },
    setStatus(key, status) {
      setJobStatus(jobOf(key), NATIVE_STATUS[status], now());
    },
    setNativeStatus(key, status, details = {}) {
      const job = jobOf(key);
      setJobStatus(job, status, details.at ?? now());
      const owner = currentAttempt(job) ?? job;
      if (details.status !== undefined) owner.statusDetails = details.status;
      if (details.error !== undefined) owner.errorDetails = details.error;
    },
    startAttempt: (key, at) => nextAttempt(jobOf(key), 'active', at ?? now()).id,
    writeTo(key, id, lines) {
      const attempt = jobOf(key).attempts.find((one) => one.id === id);
      if (attempt === undefined) throw new Error(`There is no attempt ${id} of ${key}`);
      add(attempt, lines);
    },
    attempts: (key) => jobOf(key).attempts.map(({ id }) => id),
    step(key, name, at, change = {}) {
      const attempt = attemptOf(key);
      apply(stepOf(attempt, name, at ?? now(), attempt.status), change);
    },
    task(key, step, name, at, change = {}) {
      const attempt = attemptOf(key);
      const time = at ?? now();
      const task = taskOf(stepOf(attempt, step, time, attempt.status), name, time, attempt.status);
      apply(task, change);
      if (change.errorStack !== undefined) task.errorStack = change.errorStack;
    },
    write(key, lines) {
      add(attemptOf(key), lines);
    },
    generate(key, count, line) {
      const attempt = attemptOf(key);
      attempt.log.generate(count, (index) => stored(attempt, line(index)));
      if (count > 0) place(attempt, stored(attempt, line(0)));
    },
    clear() {
      jobs.clear();
    },
    taskName: (key, step) => defaultTaskName(attemptOf(key), step),
    expireTokens() {
      dialect.tokens.expire();
    },
  };
}

function isOurs({ segments }: SandboxRequest): boolean {
  return segments.slice(0, 4).join('/') === 'apis/jobs/v2/workspaces' && segments.length >= 6;
}

function refusedCaller(request: SandboxRequest, token: string, scopeless: string): SandboxReply | null {
  const [scheme = '', given = ''] = (request.headers['authorization'] ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || given === '') return failure(401, 'Unauthorized');
  if (given === scopeless) return failure(403, 'Forbidden');
  return given === token ? null : failure(401, 'Invalid or expired token');
}

function apply(part: StepState | TaskState, change: PartChange): void {
  if (change.status !== undefined) part.status = change.status;
  if (change.statusDetails !== undefined) part.statusDetails = change.statusDetails;
  if (change.errorDetails !== undefined) part.errorDetails = change.errorDetails;
  if (change.updatedAt !== undefined) part.updatedAt = change.updatedAt;
}
