import type { Call } from '../../../domain/call.ts';
import { TributaryError, unknownJob } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { isJobKey } from '../keys.ts';
import { getJob, getSchedules } from '../api.ts';
import type { NativeJob, NativeSchedule } from '../wire.ts';
import type { OddRow, Rows } from '../../shared/rows.ts';

/** Schedules per call, where an instance does not give all of them at once. */
const SCHEDULES_PER_PAGE = 100;

/** No job has as many schedules as this many pages hold. */
const MAX_PAGES = 1_000;

/**
 * A job and its schedules, in one call, which all callers share that ask for the job, its steps or its logs in
 * one operation. NOT_FOUND for an unknown job.
 */
export class JobDetails {
  readonly #http: SourceHttp;

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  async job(key: string, call: Call): Promise<NativeJob> {
    if (!isJobKey(key)) throw unknownJob(this.#http.source, key);
    return call.scoped(this, `job ${key}`, () => getJob(this.#http, key, call));
  }

  async schedules(key: string, call: Call): Promise<readonly NativeSchedule[]> {
    return (await this.allSchedules(key, call)).data;
  }

  /** The schedules that could be read, and those that could not. */
  async allSchedules(key: string, call: Call): Promise<Rows<NativeSchedule>> {
    const job = await this.job(key, call);
    if (job.schedules !== null) return { data: job.schedules, odd: job.oddSchedules };
    return call.scoped(this, `schedules ${key}`, () => this.#listSchedules(key, call));
  }

  /** Without parameters an instance gives all; should it not, the rest is asked for until nothing new comes. */
  async #listSchedules(key: string, call: Call): Promise<Rows<NativeSchedule>> {
    const found = new Map<string, NativeSchedule>();
    const odd: OddRow[] = [];
    let { total, results } = await getSchedules(this.#http, key, {}, call);
    for (let pages = 1; ; pages += 1) {
      const before = found.size;
      for (const schedule of results.data) found.set(schedule.scheduleId, schedule);
      // A page without a schedule that is new, past the first, is one that has come before.
      if (pages > 1 && found.size === before) break;
      odd.push(...results.odd);
      const offset = found.size + odd.length;
      if (offset === total) break;
      if (pages > MAX_PAGES) throw this.#endless();
      ({ total, results } = await getSchedules(this.#http, key, { page_size: SCHEDULES_PER_PAGE, offset }, call));
    }
    return { data: [...found.values()], odd };
  }

  #endless(): TributaryError {
    const { source } = this.#http;
    return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: a job has schedules without an end`, { source });
  }
}
