import { totalSaid } from '../doubts.ts';
import type { SandboxReply } from '../types.ts';
import { detailedJob, listedJob, listedSchedule } from './jobs.ts';
import type { JobStore, SapJob } from './jobs.ts';
import { wholeNumber } from './numbers.ts';
import { DEPRECATION_HEADERS, notFound, refusal } from './replies.ts';
import { DEFAULT_PAGE, MAX_JOBS } from './settings.ts';
import type { SapSettings } from './settings.ts';

/** GET /scheduler/jobs: a page of jobs, or one job by its id or name. */
export function listJobs(settings: SapSettings, store: JobStore, query: URLSearchParams): SandboxReply {
  if (query.has('jobId') || query.has('name')) return lookUp(settings, store, query);
  const headers = settings.dialect === 'current' ? DEPRECATION_HEADERS : {};
  const size = wholeNumber(query, 'page_size', 1);
  const offset = wholeNumber(query, 'offset', 0);
  const tooLarge = settings.dialect === 'current' && (size ?? 0) > MAX_JOBS;
  if (size === null || tooLarge) return refusal(400, 'Error while fetching list of jobs: Invalid Page Size');
  if (offset === null) return refusal(400, 'Error while fetching list of jobs: Invalid Offset');
  const jobs = selectJobs(store.all(), query);
  if (jobs === null) return refusal(400, 'Error while fetching list of jobs: Invalid Filter');
  const everything = settings.dialect === 'legacy' && size === undefined && offset === undefined;
  const body = pageOf(settings, jobs, everything ? Infinity : (size ?? DEFAULT_PAGE), offset ?? 0, '/scheduler/jobs/');
  return { status: 200, headers, body: paged(settings, { ...body, results: body.results.map(listedJob) }) };
}

/** GET /scheduler/jobs/{jobId}/schedules. */
export function listSchedules(settings: SapSettings, job: SapJob, query: URLSearchParams): SandboxReply {
  const size = wholeNumber(query, 'page_size', 1);
  const offset = wholeNumber(query, 'offset', 0);
  if (size === null || offset === null) return refusal(400, 'Error while fetching schedules: Invalid query');
  const unsaid = offset === undefined ? settings.schedulesPerPage : DEFAULT_PAGE;
  const body = pageOf(settings, job.schedules, size ?? unsaid, offset ?? 0, `/scheduler/jobs/${job.id}/schedules`);
  return { status: 200, body: paged(settings, { ...body, results: body.results.map(listedSchedule) }) };
}

function lookUp(settings: SapSettings, store: JobStore, query: URLSearchParams): SandboxReply {
  if (query.has('page_size') || query.has('offset')) {
    return refusal(400, 'Error while fetching job details: Invalid query');
  }
  const [id, name] = [query.get('jobId'), query.get('name')];
  const job = store
    .all()
    .find((candidate) => (id === null || String(candidate.id) === id) && (name === null || candidate.name === name));
  if (job === undefined) return notFound(settings, 'Job not found');
  return { status: 200, body: detailedJob(job, query.get('displaySchedules') === 'true') };
}

/** Null if the filter cannot be parsed. Only single conditions are supported. */
function selectJobs(jobs: readonly SapJob[], query: URLSearchParams): readonly SapJob[] | null {
  const type = query.get('jobType');
  const filter = query.get('filter');
  let selected = jobs.filter((job) => type === null || job.jobType === type);
  if (filter !== null) {
    const match = /^(?:contains\(name,\s*'(.*)'\)|name eq '(.*)')$/.exec(filter);
    if (match === null) return null;
    const [, part, whole] = match.map((text) => (text as string | undefined)?.replaceAll("''", "'"));
    selected = selected.filter(({ name }) => (part === undefined ? name === whole : name.includes(part)));
  }
  if (query.get('sort_by') !== 'name') return selected;
  const sign = query.get('sort_order') === 'DESC' ? -1 : 1;
  return [...selected].sort((a, b) => (a.name < b.name ? -sign : sign));
}

interface Page<T> {
  readonly total: number | null;
  readonly results: readonly T[];
  readonly prev_url: string | null;
  readonly next_url: string | null;
}

/** Links only keep page size and offset: filters are lost, as at the vendor. */
function pageOf<T>(settings: SapSettings, rows: readonly T[], size: number, offset: number, path: string): Page<T> {
  const { ignores, links, jobsPerPage, total } = settings;
  const link = (start: number): string => `${path}?page_size=${size}&offset=${start}`;
  const start = ignores === 'offsets' || ignores === 'both' ? 0 : offset;
  const results = rows.slice(start, start + Math.min(size, jobsPerPage));
  const end = start + results.length;
  const isLinked = links === 'always' || (links === 'honest' && end < rows.length);
  return {
    total: totalSaid(total, { all: rows.length, start, onPage: results.length }),
    results,
    prev_url: offset > 0 && links !== 'never' ? link(Math.max(0, offset - size)) : null,
    next_url: isLinked ? link(end) : null,
  };
}

function paged(settings: SapSettings, page: Page<Record<string, unknown>>): Record<string, unknown> {
  const { total, results } = page;
  return settings.dialect === 'legacy' ? { total, results } : { ...page };
}
