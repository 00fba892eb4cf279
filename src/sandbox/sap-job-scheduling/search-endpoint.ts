import type { SandboxReply } from '../types.ts';
import { detailedJob, listedSchedule } from './jobs.ts';
import type { JobStore, SapJob, SapSchedule } from './jobs.ts';
import { wholeNumber } from './numbers.ts';
import { refusal } from './replies.ts';
import { DEFAULT_PAGE, MAX_JOBS } from './settings.ts';
import type { SapSettings } from './settings.ts';
import { spacedTime } from './timestamps.ts';

/** What clients of the service read other than jobs, schedules and runs. Tributary reads none of it. */

/** GET /scheduler/search/jobs and /search/schedules. */
export function search(store: JobStore, what: 'jobs' | 'schedules', query: URLSearchParams): SandboxReply {
  const q = query.get('q');
  const size = wholeNumber(query, 'page_size', 1);
  const offset = wholeNumber(query, 'offset', 0) ?? 0;
  if (q === null || size === null || (size ?? 0) > MAX_JOBS)
    return refusal(400, `Error while searching ${what}: Invalid query`);
  const hits = what === 'jobs' ? jobHits(store, q, query.get('displaySchedules') !== 'false') : scheduleHits(store, q);
  const limit = size ?? DEFAULT_PAGE;
  const link = (start: number): string =>
    `/scheduler/search/${what}?q=${encodeURIComponent(q)}&page_size=${limit}&offset=${start}`;
  return {
    status: 200,
    body: {
      total: hits.length,
      results: hits.slice(offset, offset + limit),
      pagination_enabled: true,
      prev_url: offset > 0 ? link(Math.max(0, offset - limit)) : null,
      next_url: offset + limit < hits.length ? link(offset + limit) : null,
    },
  };
}

/** GET /scheduler/jobCount. */
export function countJobs(store: JobStore): SandboxReply {
  const active = store.all().filter((job) => job.active).length;
  return { status: 200, body: { active, inactive: store.all().length - active } };
}

/** GET /scheduler/actionLogs (its shape is not documented): the creation of each schedule, with its time. */
export function listActions({ actionLogs }: SapSettings, store: JobStore, query: URLSearchParams): SandboxReply {
  const [jobId, scheduleId] = [query.get('jobId'), query.get('scheduleId')];
  const results = placed(store)
    .filter(({ job }) => jobId === null || String(job.id) === jobId)
    .filter(({ schedule }) => scheduleId === null || schedule.scheduleId === scheduleId)
    .map(({ job, schedule }) => ({
      jobId: job.id,
      scheduleId: schedule.scheduleId,
      action: 'CREATE_SCHEDULE',
      timestamp: spacedTime(schedule.modifiedAt),
    }));
  return { status: 200, body: actionLogs === 'list' ? results : { total: results.length, results } };
}

interface Placed {
  readonly job: SapJob;
  readonly schedule: SapSchedule;
}

function placed(store: JobStore): readonly Placed[] {
  return store.all().flatMap((job) => job.schedules.map((schedule) => ({ job, schedule })));
}

function jobHits(store: JobStore, q: string, displaySchedules: boolean): readonly Record<string, unknown>[] {
  return store
    .all()
    .filter(({ name, description, active }) => matches(q, [name, description], active))
    .map((job) => {
      const { active, startTime, ...rest } = detailedJob(job, displaySchedules);
      return { ...rest, jobActive: active, jobStartTime: startTime };
    });
}

function scheduleHits(store: JobStore, q: string): readonly Record<string, unknown>[] {
  return placed(store)
    .filter(({ schedule }) => matches(q, [schedule.description], schedule.active))
    .map(({ job, schedule }) => {
      const { description, ...rest } = listedSchedule(schedule);
      const parent = { _id: job.id, name: job.name, jobUrl: `/scheduler/jobs/${job.id}` };
      return { ...rest, scheduleDescription: description, parent };
    });
}

/** All words must occur; `active:true` and `active:false` filter by state. */
function matches(q: string, texts: readonly string[], active: boolean): boolean {
  const text = texts.join(' ').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => {
      const [, flag] = /^active:(true|false)$/.exec(word) ?? [];
      return flag === undefined ? text.includes(word) : flag === String(active);
    });
}
