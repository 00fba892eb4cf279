import { createHash } from 'node:crypto';
import { RunList } from './run-list.ts';
import type { SapSettings } from './settings.ts';
import { spacedTime, zonedTime } from './timestamps.ts';

export interface SapSchedule {
  readonly scheduleId: string;
  description: string;
  active: boolean;
  readonly type: string;
  readonly cron: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly startTime: bigint | null;
  readonly modifiedAt: bigint;
  readonly runs: RunList;
}

export interface SapJob {
  readonly id: number;
  name: string;
  description: string;
  active: boolean;
  readonly jobType: 'HTTP_ENDPOINT' | 'CF_TASK';
  readonly createdAt: bigint;
  readonly schedules: SapSchedule[];
}

export type JobInput = Partial<Pick<SapJob, 'name' | 'description' | 'active' | 'jobType' | 'createdAt'>>;

export interface ScheduleInput {
  readonly description?: string;
  readonly active?: boolean;
  readonly cron?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly startTime?: bigint | null;
}

const CREATED = BigInt(Date.UTC(2026, 0, 5, 6, 0, 0)) * 1_000_000n;
const DEFAULT_SCHEDULE = 'default';

/** The jobs of the instance and their schedules. */
export class JobStore {
  readonly #settings: SapSettings;
  readonly #jobs = new Map<number, SapJob>();
  #lastJob = 0;
  #lastSchedule = 0;

  constructor(settings: SapSettings) {
    this.#settings = settings;
  }

  all(): readonly SapJob[] {
    return [...this.#jobs.values()];
  }

  find(id: string): SapJob | undefined {
    return /^\d{1,15}$/.test(id) ? this.#jobs.get(Number(id)) : undefined;
  }

  /** The job with that key; throws if `create` did not issue the key. */
  job(key: string): SapJob {
    const job = this.find(key);
    if (job === undefined) throw new Error(`no job ${key} in the simulated scheduler`);
    return job;
  }

  create(fields: JobInput): SapJob {
    this.#lastJob += 1;
    const id = this.#lastJob;
    const job: SapJob = {
      id,
      name: `job-${id}`,
      description: '',
      active: true,
      jobType: 'HTTP_ENDPOINT',
      createdAt: CREATED,
      schedules: [],
      ...fields,
    };
    this.#jobs.set(id, job);
    return job;
  }

  addSchedule(job: SapJob, input: ScheduleInput = {}): SapSchedule {
    this.#lastSchedule += 1;
    const schedule: SapSchedule = {
      scheduleId: uuidOf(`schedule ${this.#lastSchedule}`),
      description: input.description ?? DEFAULT_SCHEDULE,
      active: input.active ?? true,
      type: 'recurring',
      cron: input.cron ?? null,
      data: input.data ?? {},
      startTime: input.startTime ?? null,
      modifiedAt: CREATED,
      runs: new RunList(
        this.#lastSchedule,
        this.#settings.dialect === 'legacy' ? 'hex' : 'uuid',
        this.#settings.ties === 'shuffled',
        this.#settings.sortedBy,
      ),
    };
    job.schedules.push(schedule);
    return schedule;
  }

  /** The schedule with that description, made on first use; without a name: the job's first. */
  schedule(job: SapJob, name: string | undefined): SapSchedule {
    const found = job.schedules.find(({ description }) => name === undefined || description === name);
    return found ?? this.addSchedule(job, name === undefined ? {} : { description: name });
  }

  remove(key: string): void {
    this.#jobs.delete(this.job(key).id);
  }

  clear(): void {
    this.#jobs.clear();
  }
}

/** A job in the list of jobs: with both of its ids, and upper-case counts. */
export function listedJob(job: SapJob): Record<string, unknown> {
  const active = job.schedules.filter((schedule) => schedule.active).length;
  return {
    jobId: job.id,
    ...jobFields(job),
    jobType: job.jobType,
    subDomain: null,
    createdAt: spacedTime(job.createdAt),
    ACTIVECOUNT: active,
    INACTIVECOUNT: job.schedules.length - active,
  };
}

/** A job as a single answer: only `_id`, and its schedules if requested. */
export function detailedJob(job: SapJob, displaySchedules: boolean): Record<string, unknown> {
  if (!displaySchedules) return jobFields(job);
  return { ...jobFields(job), schedules: job.schedules.map(embeddedSchedule) };
}

function jobFields(job: SapJob): Record<string, unknown> {
  return {
    name: job.name,
    description: job.description,
    action: 'https://erp.example.com/jobs/run',
    active: job.active,
    httpMethod: 'POST',
    user: null,
    startTime: null,
    endTime: null,
    signatureVersion: 0,
    _id: job.id,
    ansConfig: { onError: true, onSuccess: false },
    calmConfig: { enabled: false },
  };
}

/** A schedule in the answers of schedule routes: `data` is JSON within a text. */
export function listedSchedule(schedule: SapSchedule): Record<string, unknown> {
  const { scheduleId, description, data, type, cron, active, startTime } = schedule;
  return {
    scheduleId,
    description,
    data: JSON.stringify(data),
    type,
    cron,
    repeatInterval: null,
    repeatAt: null,
    active,
    startTime: startTime === null ? null : spacedTime(startTime),
    endTime: null,
    time: null,
    nextRunAt: null,
    modifiedAt: spacedTime(schedule.modifiedAt),
  };
}

/** A schedule inside its job: `data` is an object, and times have a zone. */
function embeddedSchedule(schedule: SapSchedule): Record<string, unknown> {
  const { scheduleId, description, data, type, cron, active, startTime } = schedule;
  return {
    data,
    type,
    cron,
    active,
    startTime: startTime === null ? null : zonedTime(startTime),
    endTime: null,
    scheduleId,
    description,
  };
}

function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return [0, 8, 12, 16, 20].map((start, index) => digits.slice(start, [8, 12, 16, 20, 32][index])).join('-');
}
