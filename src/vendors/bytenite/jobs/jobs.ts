import type { Call } from '../../../domain/call.ts';
import { TributaryError, hasStatus } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { JobFilter, JobList, JobPage } from '../../connector.ts';
import { PageSize } from '../../../pagination/core/page-size.ts';
import { readRun } from '../../../pagination/offset/run.ts';
import type { ListedPage } from '../../shared/listed-first.ts';
import { sizeOf, unreadableOf } from '../../shared/rows.ts';
import { getJobs } from '../api.ts';
import { jobOf } from './mapping.ts';
import type { WireJob, WireJobList } from '../wire.ts';

/** Pages of GET /jobs, by offset. */
export class ByteNiteJobList implements JobList {
  readonly key = '';
  readonly pageSize: number;
  readonly #size: PageSize;
  readonly #http: SourceHttp;
  readonly #seen: (jobs: readonly WireJob[], call: Call) => void;
  /** True until the source refuses the order, because its valid values are not published. */
  #ordered = true;

  /** `seen` is called with all listed jobs. */
  constructor(http: SourceHttp, pageSize: number, seen: (jobs: readonly WireJob[], call: Call) => void) {
    this.#http = http;
    this.pageSize = pageSize;
    this.#size = new PageSize(pageSize);
    this.#seen = seen;
  }

  isNewestFirst(): boolean {
    return this.#ordered;
  }

  /** No part of the filter can be pushed down: the format of POST /jobs/filter is not published. */
  async page(page: number, filter: JobFilter, call: Call): Promise<JobPage> {
    const { source } = this.#http;
    // The vendor may cap the page size silently. The next page would then skip the jobs that are missing in this one.
    const run = await readRun({
      source,
      offset: page * this.pageSize,
      want: () => this.pageSize,
      call,
      shown: this.#size.shownTo(call),
      fetch: (offset, limit, current) => this.#slice(offset, limit, current),
      fitting: {
        size: this.#size,
        tooLarge: (row) => ({ data: [], odd: [{ ...row, index: 0 }], total: null, hasNext: null }),
      },
      look: ({ data, odd, total, hasNext }) => ({
        keys: [...data, ...odd].map(({ id }) => id),
        total,
        limit: null,
        said: hasNext,
      }),
    });
    const jobs = [...new Map(run.pages.flatMap(({ data }) => data.map((job) => [job.id, job]))).values()];
    this.#seen(jobs, call);
    return {
      jobs: jobs.slice(0, this.pageSize).map((job) => jobOf(source, job)),
      more: run.more,
      total: run.total,
      filtered: filter.statusIn === undefined && filter.nameContains === undefined,
      unreadable: unreadableOf(run.pages.flatMap(({ odd }) => odd)),
    };
  }

  /** A page as the vendor gives it, for finding jobs by id. */
  async shown(page: number, call: Call): Promise<ListedPage<WireJob>> {
    const { data, total, hasNext: more } = await this.#slice(page * this.pageSize, this.pageSize, call);
    return { rows: data.map((job) => [job.id, job] as const), size: this.pageSize, total, more };
  }

  async total(call: Call): Promise<number | null> {
    return (await this.#slice(0, 1, call)).total;
  }

  async #slice(offset: number, limit: number, call: Call): Promise<WireJobList> {
    const page = await this.#get(offset, limit, call);
    if (page.hasNext === true && sizeOf(page) === 0) {
      const { source } = this.#http;
      const message = `${source}: a page of jobs is empty and says that there are more`;
      throw new TributaryError('SOURCE_BAD_RESPONSE', message, { source });
    }
    return page;
  }

  async #get(offset: number, limit: number, call: Call): Promise<WireJobList> {
    if (this.#ordered) {
      try {
        return await getJobs(this.#http, { offset, limit, ordered: true }, call);
      } catch (error) {
        if (!hasStatus(error, 400)) throw error;
      }
    }
    const data = await getJobs(this.#http, { offset, limit, ordered: false }, call);
    this.#ordered = false;
    return data;
  }
}
