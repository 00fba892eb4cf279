import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import { oncePerCall } from './call-memo.ts';
import { isJobKey } from './jobs.ts';
import { jobDecoder, schedulePageDecoder } from './wire.ts';
import type { NativeJob, NativeSchedule } from './wire.ts';

/** Schedules per call, where an instance does not give all of them at once. */
const SCHEDULES_PER_PAGE = 100;

/** No job has as many schedules as this many pages hold. */
const MAX_PAGES = 1_000;

/**
 * A job and its schedules, in one call: whoever asks for the job, its steps or its logs in one operation
 * shares it. NOT_FOUND for an unknown job.
 */
export class JobDetails {
  readonly #http: SourceHttp;

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  async job(key: string, call: Call): Promise<NativeJob> {
    if (!isJobKey(key)) {
      throw new TributaryError('NOT_FOUND', `${this.#http.source}: no job has that key`, { source: this.#http.source });
    }
    return oncePerCall(this, 'jobs', key, call, async () => {
      const path = ['scheduler', 'jobs', key];
      return (await this.#http.json({ method: 'GET', path, query: { displaySchedules: true } }, jobDecoder, call)).data;
    });
  }

  async schedules(key: string, call: Call): Promise<readonly NativeSchedule[]> {
    const job = await this.job(key, call);
    if (job.schedules !== null && job.schedules !== undefined) return job.schedules;
    return oncePerCall(this, 'schedules', key, call, () => this.#listSchedules(key, call));
  }

  /** Without parameters an instance gives all; should it not, the rest is asked for until nothing new comes. */
  async #listSchedules(key: string, call: Call): Promise<readonly NativeSchedule[]> {
    const found = new Map<string, NativeSchedule>();
    let total = await this.#addPage(found, key, {}, call);
    for (let pages = 1; found.size !== total; pages += 1) {
      if (pages > MAX_PAGES) throw this.#endless();
      const before = found.size;
      total = await this.#addPage(found, key, { page_size: SCHEDULES_PER_PAGE, offset: before }, call);
      if (found.size === before) break;
    }
    return [...found.values()];
  }

  #endless(): TributaryError {
    const { source } = this.#http;
    return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: a job has schedules without an end`, { source });
  }

  async #addPage(
    found: Map<string, NativeSchedule>,
    key: string,
    query: Readonly<Record<string, number>>,
    call: Call,
  ): Promise<number | null> {
    const path = ['scheduler', 'jobs', key, 'schedules'];
    const { data } = await this.#http.json({ method: 'GET', path, query }, schedulePageDecoder, call);
    for (const schedule of data.results) found.set(schedule.scheduleId, schedule);
    return data.total;
  }
}
