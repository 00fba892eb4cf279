import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import { parseInstant } from '../../domain/time.ts';
import type { JobFilter, JobPage } from '../connector.ts';
import { sizeOf, unreadableOf } from '../shared/rows.ts';
import type { NemoApi } from './api.ts';
import { jobOf } from './job.ts';
import { nativeStatusesOf } from './status.ts';
import type { JobWire, ListWire } from './wire.ts';

/** Jobs of one workspace on one page. */
export const JOB_PAGE_SIZE = 100;

export interface JobListOptions {
  readonly source: string;
  readonly workspaces: readonly string[];
  readonly api: NemoApi;
  /** Told of each row, so that what follows in the same call need not ask for it again. */
  seen(workspace: string, wire: JobWire, call: Call): void;
}

/**
 * Page n of the list is the native page n of every workspace, newest first. So any page can be asked for
 * without knowing how many pages come before it in which workspace, on every replica alike.
 */
export function createJobList(
  options: JobListOptions,
): (page: number, filter: JobFilter, call: Call) => Promise<JobPage> {
  const { source, workspaces, api } = options;
  let filtersStatus = true;

  async function ask(workspace: string, page: number, statuses: readonly string[] | null, call: Call) {
    const status = filtersStatus ? (statuses?.join(',') ?? null) : null;
    try {
      const list = await api.listJobs(workspace, page + 1, JOB_PAGE_SIZE, status, call);
      return { workspace, list, pushed: status !== null };
    } catch (error) {
      if (status === null || !isFilterRefused(error)) throw error;
      filtersStatus = false;
      return { workspace, list: await api.listJobs(workspace, page + 1, JOB_PAGE_SIZE, null, call), pushed: false };
    }
  }

  return async (page, filter, call) => {
    const statuses = filter.statusIn === undefined ? null : nativeStatusesOf(filter.statusIn);
    if (statuses?.length === 0) return { jobs: [], more: false, total: 0, filtered: filter.nameContains === undefined };
    const pages = await Promise.all(workspaces.map(async (workspace) => ask(workspace, page, statuses, call)));
    const jobs = pages.map(({ workspace, list }) => {
      for (const wire of list.data) options.seen(workspace, wire, call);
      return list.data.map((wire) => jobOf(source, workspace, wire));
    });
    const pushed = pages.every((one) => one.pushed);
    return {
      jobs: jobs.length === 1 ? (jobs[0] ?? []) : jobs.flat().sort(newestFirst),
      more: pages.some(({ list }) => hasMore(list, page)),
      // The vendor filters by status after it has counted.
      total: pages.some((one) => one.pushed) ? null : sum(pages.map(({ list }) => list.total_results)),
      filtered: filter.nameContains === undefined && (filter.statusIn === undefined || pushed),
      unreadable: unreadableOf(pages.flatMap(({ list }) => list.odd)),
    };
  };
}

/** Short and empty pages are not the end: only the count of pages says where that is. */
function hasMore(list: ListWire<JobWire>, page: number): boolean {
  const { total_pages: count } = list;
  return count === null ? sizeOf(list) >= JOB_PAGE_SIZE : page + 1 < count;
}

function isFilterRefused(error: unknown): boolean {
  return error instanceof TributaryError && (error.status === 400 || error.status === 422);
}

function newestFirst(a: Job, b: Job): number {
  const [first, second] = [createdAt(a), createdAt(b)];
  return first === second ? 0 : first > second ? -1 : 1;
}

function createdAt(job: Job): bigint {
  return parseInstant(job.createdAt ?? '')?.nanoseconds ?? 0n;
}

export function sum(counts: readonly (number | null)[]): number | null {
  return counts.reduce((total, count) => (total === null || count === null ? null : total + count), 0);
}
