import type { Call } from '../../../domain/call.ts';
import type { JobList, JobPage } from '../../connector.ts';
import { nextPageOf } from '../../shared/numbered-page.ts';
import { unreadableOf } from '../../shared/rows.ts';
import type { NemoApi } from '../api.ts';
import { jobOf } from './mapping.ts';
import { mayHave } from '../facts.ts';
import type { JobWire, ListWire } from '../wire.ts';

/** Jobs of one workspace on one page. */
const JOB_PAGE_SIZE = 100;

export interface JobListOptions {
  readonly source: string;
  readonly workspaces: readonly string[];
  readonly api: NemoApi;
  /** Told of each row, so that what follows in the same call need not ask for it again. */
  seen(workspace: string, wire: JobWire, call: Call): void;
}

/**
 * A list for each workspace, newest first. No filter is passed on: the vendor would filter each page after it
 * has paged, so that would save no call, and pages that it leaves empty do not say how far they reach.
 */
export function createJobLists(options: JobListOptions): readonly JobList[] {
  const { source, workspaces, api } = options;
  return workspaces.map((workspace) => ({
    key: workspace,
    pageSize: JOB_PAGE_SIZE,
    isNewestFirst: () => true,
    async page(index, filter, call) {
      if (filter.statusIn !== undefined && !mayHave(filter.statusIn)) return NO_JOBS;
      const list = await api.listJobs(workspace, index + 1, JOB_PAGE_SIZE, call);
      for (const wire of list.data) options.seen(workspace, wire, call);
      return {
        jobs: list.data.map((wire) => jobOf(source, workspace, wire)),
        more: nextPageOf(list, {
          index,
          pageSize: JOB_PAGE_SIZE,
          total: list.total_results,
          said: isCounted(list, index),
        }),
        total: list.total_results,
        filtered: filter.nameContains === undefined && filter.statusIn === undefined,
        unreadable: unreadableOf(list.odd),
      };
    },
  }));
}

const NO_JOBS: JobPage = { jobs: [], more: false, total: 0, filtered: true };

/** The count of pages is made of that of rows: where it is too low, it is no second sign of the end. */
function isCounted({ total_pages: count }: ListWire<JobWire>, page: number): true | null {
  return count !== null && page + 1 < count ? true : null;
}

export function sum(counts: readonly (number | null)[]): number | null {
  return counts.reduce((total, count) => (total === null || count === null ? null : total + count), 0);
}
