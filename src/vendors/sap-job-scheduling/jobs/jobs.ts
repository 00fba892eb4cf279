import type { Call } from '../../../domain/call.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { JobFilter, JobPage } from '../../connector.ts';
import type { PageSize } from '../../../pagination/core/page-size.ts';
import { readRun } from '../../../pagination/offset/run.ts';
import { sizeOf, unreadableOf } from '../../shared/rows.ts';
import { toJob } from './mapping.ts';
import { JOBS_PER_PAGE } from '../options.ts';
import { getJobs } from '../api.ts';
import type { NativeJobPage } from '../wire.ts';

/**
 * A page of jobs. Page size and offset are always sent: without them, older instances return all jobs and newer ones
 * ten, and the `next_url` of an answer loses all other parameters.
 *
 * No filter is pushed down: `contains` is not documented to ignore case, so it could hide jobs.
 */
export async function listJobs(
  http: SourceHttp,
  size: PageSize,
  page: number,
  filter: JobFilter,
  call: Call,
): Promise<JobPage> {
  const begin = page * JOBS_PER_PAGE;
  const { pages, total, more } = await readRun({
    source: http.source,
    offset: begin,
    want: () => JOBS_PER_PAGE,
    call,
    shown: size.shownTo(call),
    fetch: (offset, limit, current) => fetchJobs(http, { offset, limit }, current),
    fitting: {
      size,
      tooLarge: (row) => {
        const results = { data: [], odd: [{ ...row, index: 0 }] };
        return { results, keys: [row.id], total: null, next_url: null };
      },
    },
    look: ({ keys, total, next_url }) => ({
      keys,
      total,
      limit: null,
      said: typeof next_url === 'string' ? true : null,
    }),
  });
  // An instance without paging always answers with all jobs.
  const everything = pages.find(({ results }) => sizeOf(results) > JOBS_PER_PAGE)?.results;
  const listed = everything?.data.slice(begin, begin + JOBS_PER_PAGE) ?? pages.flatMap(({ results }) => results.data);
  const data = [...new Map(listed.map((row) => [row.key, row])).values()];
  const odd = everything?.odd ?? pages.flatMap(({ results }) => results.odd);
  return {
    jobs: data.map(({ key, job }) => toJob(http.source, key, job)),
    more: everything === undefined ? more : begin + data.length < everything.data.length,
    total,
    filtered: filter.nameContains === undefined && filter.statusIn === undefined,
    unreadable: everything !== undefined && page > 0 ? undefined : unreadableOf(odd),
  };
}

async function fetchJobs(http: SourceHttp, { offset, limit }: Slice, call: Call): Promise<KeyedPage> {
  const data = await getJobs(http, { page_size: limit, offset: offset === 0 ? null : offset }, call);
  const { results } = data;
  return { ...data, keys: [...results.data.map(({ key }) => key), ...results.odd.map(({ id }) => id)] };
}

interface Slice {
  readonly offset: number;
  readonly limit: number;
}

interface KeyedPage extends NativeJobPage {
  readonly keys: readonly string[];
}

/** Counts jobs, the cheapest request. */
export async function probeJobs(http: SourceHttp, call: Call): Promise<number | null> {
  return (await getJobs(http, { page_size: 1 }, call)).total;
}
