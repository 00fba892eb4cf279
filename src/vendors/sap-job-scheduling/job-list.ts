import type { Call } from '../../domain/call.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { JobFilter, JobPage } from '../connector.ts';
import { sizeOf, unreadableOf } from '../shared/rows.ts';
import { toJob } from './jobs.ts';
import { JOBS_PER_PAGE } from './options.ts';
import { jobPageDecoder } from './wire.ts';
import type { NativeJobPage } from './wire.ts';

const PATH = ['scheduler', 'jobs'];

/**
 * A page of jobs. Page size and offset are sent each time: without them older instances give all jobs and
 * newer ones ten, and the `next_url` of an answer forgets every other parameter.
 *
 * A filter is not passed on: `contains` here is not said to ignore case, so it could hide jobs.
 */
export async function listJobs(http: SourceHttp, page: number, filter: JobFilter, call: Call): Promise<JobPage> {
  const offset = page * JOBS_PER_PAGE;
  const query = { page_size: JOBS_PER_PAGE, offset: page === 0 ? null : offset };
  const { data } = await http.json({ method: 'GET', path: PATH, query }, jobPageDecoder, call);
  const { results, total } = data;
  // An instance that does not page answers with everything, whatever is asked.
  const size = sizeOf(results);
  const everything = size > JOBS_PER_PAGE;
  const listed = everything ? results.data.slice(offset, offset + JOBS_PER_PAGE) : results.data;
  const end = offset + (everything ? listed.length : size);
  return {
    jobs: listed.map(({ key, job }) => toJob(http.source, key, job)),
    more: everything ? end < results.data.length : size > 0 && mayGoOn(data, end),
    total,
    filtered: filter.nameContains === undefined && filter.statusIn === undefined,
    unreadable: everything && page > 0 ? undefined : unreadableOf(results.odd),
  };
}

/** Counts and links are hints: a page is the last one when nothing says that there is more, and it is not full or is counted. */
function mayGoOn({ results, total, next_url }: NativeJobPage, end: number): boolean {
  if (typeof next_url === 'string' || (total !== null && total > end)) return true;
  return sizeOf(results) >= JOBS_PER_PAGE && total !== end;
}

/** How many jobs there are: the cheapest question. */
export async function probeJobs(http: SourceHttp, call: Call): Promise<number | null> {
  const { data } = await http.json({ method: 'GET', path: PATH, query: { page_size: 1 } }, jobPageDecoder, call);
  return data.total;
}
