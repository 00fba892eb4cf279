import type { Call } from '../../../domain/call.ts';
import { AnswerTooLarge, unknownJob } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { endless, ENDS_EARLY, PageGuard, REPEATS } from '../../../pagination/core/page-guard.ts';
import { PageSize } from '../../../pagination/core/page-size.ts';
import { isJobKey } from '../keys.ts';
import { getJob, getSchedules } from '../api.ts';
import type { NativeJob, NativeSchedule, NativeSchedulePage } from '../wire.ts';
import { sizeOf } from '../../shared/rows.ts';
import type { OddRow, Rows } from '../../shared/rows.ts';

/** Schedules per page, if an instance does not return all of them at once. */
const SCHEDULES_PER_PAGE = 100;

/** Upper bound on pages of schedules, more than any job has. */
const MAX_PAGES = 1_000;

/**
 * Loads a job and its schedules in one call, shared by all readers of the job, its steps or its logs in one operation.
 * Throws NOT_FOUND for an unknown job.
 */
export class JobDetails {
  readonly #http: SourceHttp;
  readonly #rows = new PageSize(SCHEDULES_PER_PAGE);

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  async job(key: string, call: Call): Promise<NativeJob> {
    if (!isJobKey(key)) throw unknownJob(this.#http.source, key);
    return call.scoped(this, `job ${key}`, () =>
      // If its schedules make the answer too large, they are listed separately.
      getJob(this.#http, key, true, call).catch(ifTooLarge(() => getJob(this.#http, key, false, call))),
    );
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

  /**
   * Without parameters, an instance should return all schedules. If it does not, the rest is requested until nothing
   * new comes.
   */
  async #listSchedules(key: string, call: Call): Promise<Rows<NativeSchedule>> {
    const { source } = this.#http;
    const found = new Map<string, NativeSchedule>();
    const odd: OddRow[] = [];
    const guard = new PageGuard();
    let before: readonly string[] = [];
    let { total, results } = await getSchedules(this.#http, key, {}, call).catch(
      ifTooLarge(() => this.#fitting(key, 0, call)),
    );
    for (let pages = 1; ; pages += 1) {
      const ids = results.data.map(({ scheduleId }) => scheduleId);
      const isNew = guard.isNew(ids);
      // After the first page, a page without a new schedule is either past the end or a repetition of the page before.
      const repeats = before.join() === ids.join() && mayBeCut(results, total, found.size + odd.length);
      if (pages > 1 && !isNew && repeats) throw endless(source, REPEATS);
      if (pages > 1 && !isNew) break;
      before = ids;
      for (const schedule of results.data) found.set(schedule.scheduleId, schedule);
      odd.push(...results.odd);
      const offset = found.size + odd.length;
      if (offset === total) break;
      if (pages > MAX_PAGES) throw endless(source, 'a job has schedules without an end');
      ({ total, results } = await this.#fitting(key, offset, call));
    }
    // Without its schedules, a job would appear to have no log.
    if (found.size + odd.length === 0 && (total ?? 0) > 0) throw endless(source, ENDS_EARLY);
    return { data: [...found.values()], odd };
  }

  /** Fetches a page of as many schedules as fit into an answer. */
  async #fitting(key: string, offset: number, call: Call): Promise<NativeSchedulePage> {
    const fetch = (rows: number): Promise<NativeSchedulePage> =>
      getSchedules(this.#http, key, { page_size: rows, ...(offset === 0 ? {} : { offset }) }, call);
    return (await this.#rows.fit(SCHEDULES_PER_PAGE, fetch)).page;
  }
}

/** True if more schedules than those repeated may exist: by the count or, without one, because the page is full. */
function mayBeCut(page: Rows<NativeSchedule>, total: number | null, known: number): boolean {
  return sizeOf(page) > 0 && (total === null ? sizeOf(page) >= SCHEDULES_PER_PAGE : total > known);
}

/** Handles an answer that is too large by another request. */
function ifTooLarge<T>(ask: () => Promise<T>): (error: unknown) => Promise<T> {
  return (error) => {
    if (error instanceof AnswerTooLarge) return ask();
    throw error;
  };
}
