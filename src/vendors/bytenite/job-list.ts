import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { JobFilter, JobList, JobPage } from '../connector.ts';
import { unreadableOf } from '../shared/rows.ts';
import type { OddRow } from '../shared/rows.ts';
import { NEWEST_FIRST } from './facts.ts';
import { jobOf } from './job-mapping.ts';
import { jobListDecoder } from './wire.ts';
import type { WireJob, WireJobList } from './wire.ts';

interface Slice {
  readonly jobs: readonly WireJob[];
  readonly odd: readonly OddRow[];
  readonly more: boolean;
  readonly total: number | null;
}

/** Pages of GET /jobs, by offset. */
export class ByteNiteJobList implements JobList {
  readonly key = '';
  readonly pageSize: number;
  readonly #http: SourceHttp;
  readonly #seen: (jobs: readonly WireJob[], call: Call) => void;
  /** Until the source has refused the order: what it takes there is published nowhere. */
  #ordered = true;

  /** `seen` is told of all jobs that are listed. */
  constructor(http: SourceHttp, pageSize: number, seen: (jobs: readonly WireJob[], call: Call) => void) {
    this.#http = http;
    this.pageSize = pageSize;
    this.#seen = seen;
  }

  isNewestFirst(): boolean {
    return this.#ordered;
  }

  /** No part of the filter can be pushed down: what POST /jobs/filter takes is published nowhere. */
  async page(page: number, filter: JobFilter, call: Call): Promise<JobPage> {
    const begin = page * this.pageSize;
    const jobs: WireJob[] = [];
    const odd: OddRow[] = [];
    let size = 0;
    let slice: Slice;
    let fresh: readonly WireJob[];
    // The vendor may cap the size silently; the next page would then skip what is missing in this one. A slice that brings
    // nothing new ends the page: the reader of pages notices a list that does not go on.
    do {
      slice = await this.#slice(begin + size, this.pageSize - size, call);
      fresh = slice.jobs.filter(({ id }) => !jobs.some((job) => job.id === id));
      jobs.push(...fresh);
      odd.push(...slice.odd);
      size = jobs.length + odd.length;
    } while (slice.more && fresh.length > 0 && size < this.pageSize);
    this.#seen(jobs, call);
    const { source } = this.#http;
    return {
      jobs: jobs.slice(0, this.pageSize).map((job) => jobOf(source, job)),
      more: slice.more || size > this.pageSize,
      total: slice.total,
      filtered: filter.statusIn === undefined && filter.nameContains === undefined,
      unreadable: unreadableOf(odd),
    };
  }

  async total(call: Call): Promise<number | null> {
    return (await this.#slice(0, 1, call)).total;
  }

  async #slice(offset: number, limit: number, call: Call): Promise<Slice> {
    const { data, odd, total, hasNext } = await this.#get(offset, limit, call);
    const size = data.length + odd.length;
    const end = offset + size;
    // protobuf leaves false out of some answers: without a word about it, the total or a full page decides.
    const more = hasNext ?? (total === null ? size >= limit : end < total);
    if (more && size === 0) {
      const { source } = this.#http;
      throw new TributaryError(
        'SOURCE_BAD_RESPONSE',
        `${source}: a page of jobs is empty and says that there are more`,
        {
          source,
        },
      );
    }
    return { jobs: data, odd, more, total };
  }

  async #get(offset: number, limit: number, call: Call): Promise<WireJobList> {
    const query = { 'pagination.limit': limit, 'pagination.offset': offset };
    const request = { method: 'GET', path: ['jobs'] } as const;
    if (this.#ordered) {
      try {
        return (await this.#http.json({ ...request, query: { ...query, orderBy: NEWEST_FIRST } }, jobListDecoder, call))
          .data;
      } catch (error) {
        if (!(error instanceof TributaryError) || error.status !== 400) throw error;
      }
    }
    const { data } = await this.#http.json({ ...request, query }, jobListDecoder, call);
    this.#ordered = false;
    return data;
  }
}
