import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { JobFilter, JobPage } from '../connector.ts';
import { keyOfJob, toJob } from './jobs.ts';
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
  const everything = results.length > JOBS_PER_PAGE;
  const listed = everything ? results.slice(offset, offset + JOBS_PER_PAGE) : results;
  const end = offset + listed.length;
  return {
    jobs: listed.map((job, index) => toJob(http.source, keyOfJob(job) ?? missingKey(http.source, index), job)),
    more: everything ? end < results.length : listed.length > 0 && mayGoOn(data, end),
    total,
    filtered: filter.nameContains === undefined && filter.statusIn === undefined,
  };
}

/** Counts and links are hints: a page is the last one when nothing says that there is more, and it is not full or is counted. */
function mayGoOn({ results, total, next_url }: NativeJobPage, end: number): boolean {
  if (typeof next_url === 'string' || (total !== null && total > end)) return true;
  return results.length >= JOBS_PER_PAGE && total !== end;
}

/** How many jobs there are: the cheapest question. */
export async function probeJobs(http: SourceHttp, call: Call): Promise<number | null> {
  const { data } = await http.json({ method: 'GET', path: PATH, query: { page_size: 1 } }, jobPageDecoder, call);
  return data.total;
}

function missingKey(source: string, index: number): never {
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${source}: results[${index}]._id: expected a job id, got nothing`, {
    source,
  });
}
