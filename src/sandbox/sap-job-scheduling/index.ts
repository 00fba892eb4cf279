import type { SandboxReply, SandboxRequest, SandboxStatus, SimulatedVendor } from '../types.ts';
import { listJobs, listSchedules } from './jobs-endpoint.ts';
import { detailedJob, JobStore } from './jobs.ts';
import type { JobInput, ScheduleInput } from './jobs.ts';
import { notFound, refusal } from './replies.ts';
import { getRun, getSchedule, listRuns } from './runs-endpoint.ts';
import { countJobs, listActions, search } from './search-endpoint.ts';
import { runFrom, runOfLine } from './runs.ts';
import type { SapRunInput } from './runs.ts';
import { CREDENTIALS, settingsOf } from './settings.ts';
import type { SapOptions } from './settings.ts';
import { SapAccess } from './tokens.ts';

export type { SapRunEvent, SapRunInput } from './runs.ts';
export type { SapDialect, SapOptions } from './settings.ts';

/** The simulated scheduler, with additional functions for its own tests and demo. */
export interface SapSimulation extends SimulatedVendor {
  /** Makes a job with exactly these schedules and returns its key. */
  addJob(job: JobInput, schedules: readonly ScheduleInput[]): string;
  /** Adds a schedule to a job and returns its id. `createJob` makes one called `default`. */
  createSchedule(key: string, input?: ScheduleInput): string;
  /** Ids of the job's schedules, by description. */
  schedules(key: string): Readonly<Record<string, string>>;
  /** Adds a run and returns its id. `schedule` is the schedule's description; default: the job's first. */
  addRun(key: string, run: SapRunInput, schedule?: string): string;
  /** Ids of a schedule's runs in list order, oldest first. Default: the job's first schedule. */
  runIds(key: string, schedule?: string): readonly string[];
  /** Changes a run that `addRun` made. */
  updateRun(key: string, runId: string, run: SapRunInput): void;
  setScheduleActive(key: string, schedule: string, active: boolean): void;
  removeJob(key: string): void;
  /** Retention: removes runs before that time from all jobs. */
  purgeBefore(time: bigint): void;
  /** Invalidates all issued tokens. */
  expireTokens(): void;
  /** Near the limit, each answer reports how long it was delayed; null: not near the limit. */
  throttle(milliseconds: number | null): void;
}

/** The Job Scheduling Service of one account, in memory. */
export function simulateSap(options: SapOptions = {}): SapSimulation {
  const settings = settingsOf(options);
  const store = new JobStore(settings);
  const access = new SapAccess(settings);
  let throttled: number | null = null;

  function handle(request: SandboxRequest): SandboxReply {
    const kind = classify(request);
    if (kind === 'token') return access.token(request);
    const reply = access.refuse(request) ?? (kind === 'other' ? refusal(404, 'Not found') : answer(request, kind));
    return throttled === null ? reply : { ...reply, headers: { ...reply.headers, throttling: String(throttled) } };
  }

  function answer(request: SandboxRequest, kind: string): SandboxReply {
    const { query, segments } = request;
    if (kind === 'search') return search(store, segments[2] === 'jobs' ? 'jobs' : 'schedules', query);
    if (kind === 'jobCount') return countJobs(store);
    if (kind === 'actionLogs') return listActions(settings, store, query);
    return answerJobs(request);
  }

  function answerJobs({ segments, query }: SandboxRequest): SandboxReply {
    const [, , jobId = '', schedulesWord, scheduleId, runsWord, runId] = segments;
    if (jobId === '') return listJobs(settings, store, query);
    const job = store.find(jobId);
    if (job === undefined) return notFound(settings, 'Job not found');
    if (schedulesWord === undefined) {
      return { status: 200, body: detailedJob(job, query.get('displaySchedules') === 'true') };
    }
    if (scheduleId === undefined) return listSchedules(settings, job, query);
    const schedule = job.schedules.find((candidate) => candidate.scheduleId === scheduleId);
    if (schedule === undefined) return notFound(settings, 'Schedule not found');
    if (runsWord === undefined) return getSchedule(settings, schedule, query);
    return runId === undefined ? listRuns(settings, job, schedule, query) : getRun(settings, schedule, runId);
  }

  return {
    vendor: 'sap-job-scheduling',
    handle,
    classify,
    sourceConfig: (origin) => ({
      vendor: 'sap-job-scheduling',
      baseUrl: origin,
      auth:
        settings.auth === 'basic'
          ? { type: 'basic', username: CREDENTIALS.user, password: CREDENTIALS.password }
          : {
              type: 'oauth2-client-credentials',
              tokenUrl: `${origin}/oauth/token`,
              clientId: CREDENTIALS.user,
              clientSecret: CREDENTIALS.password,
            },
    }),
    createJob({ name, status = 'RUNNING' } = {}) {
      const job = store.create({ ...(name === undefined ? {} : { name }), active: isActive(status) });
      store.addSchedule(job);
      return String(job.id);
    },
    setStatus: (key, status) => void (store.job(key).active = isActive(status)),
    write(key, lines) {
      const job = store.job(key);
      for (const line of lines) store.schedule(job, line.step).runs.insert(runOfLine(line));
    },
    /** All lines go to the schedule that the first one names. */
    generate(key, count, line) {
      const name = count === 0 ? undefined : line(0).step;
      store.schedule(store.job(key), name).runs.generate(count, (index) => runOfLine(line(index)));
    },
    clear() {
      store.clear();
    },
    addJob(input, schedules) {
      const job = store.create(input);
      for (const schedule of schedules) store.addSchedule(job, schedule);
      return String(job.id);
    },
    createSchedule: (key, input) => store.addSchedule(store.job(key), input).scheduleId,
    schedules: (key) =>
      Object.fromEntries(store.job(key).schedules.map(({ description, scheduleId }) => [description, scheduleId])),
    addRun: (key, run, schedule) => store.schedule(store.job(key), schedule).runs.insert(runFrom(run)),
    runIds(key, schedule) {
      const { runs } = store.schedule(store.job(key), schedule);
      return Array.from({ length: runs.size }, (_, place) => runs.at(place)?.runId ?? '');
    },
    updateRun(key, runId, run) {
      const found = store.job(key).schedules.some(({ runs }) => runs.replace(runId, () => runFrom(run)));
      if (!found) throw new Error(`no run ${runId} in job ${key} of the simulated scheduler`);
    },
    setScheduleActive: (key, schedule, active) => void (store.schedule(store.job(key), schedule).active = active),
    removeJob(key) {
      store.remove(key);
    },
    purgeBefore(time) {
      for (const job of store.all()) for (const { runs } of job.schedules) runs.purge(time);
    },
    expireTokens() {
      access.expireTokens();
    },
    throttle: (milliseconds) => void (throttled = milliseconds),
  };
}

function classify({ method, segments }: SandboxRequest): string {
  const path = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  if (method === 'POST' && path.join('/') === 'oauth/token') return 'token';
  if (method !== 'GET') return 'other';
  if (path.length === 3 && /^scheduler\/search\/(jobs|schedules)$/.test(path.join('/'))) return 'search';
  if (path.length === 2 && path[0] === 'scheduler' && (path[1] === 'jobCount' || path[1] === 'actionLogs'))
    return path[1];
  const [root, jobs, , schedules = 'schedules', , runs = 'runs'] = path;
  const known = root === 'scheduler' && jobs === 'jobs' && schedules === 'schedules' && runs === 'runs';
  if (!known) return 'other';
  return ['jobs', 'job', 'schedules', 'schedule', 'logs', 'run'][path.length - 2] ?? 'other';
}

function isActive(status: SandboxStatus): boolean {
  return status === 'RUNNING' || status === 'QUEUED';
}
