import type { Call } from '../../../domain/call.ts';
import type { JobList, JobPage } from '../../connector.ts';
import { numberedRows } from '../../shared/numbered-page.ts';
import { PageSize } from '../../../pagination/core/page-size.ts';
import { unreadableOf } from '../../shared/rows.ts';
import type { NemoApi } from '../api.ts';
import { jobOf } from './mapping.ts';
import { mayHave } from '../facts.ts';
import type { JobWire, ListWire } from '../wire.ts';

/** Jobs per page of one workspace. */
const JOB_PAGE_SIZE = 100;

export interface JobListOptions {
  readonly source: string;
  readonly workspaces: readonly string[];
  readonly api: NemoApi;
  /** Called with each row, so that later steps of the same call need not request it again. */
  readonly seen: (workspace: string, wire: JobWire, call: Call) => void;
}

/**
 * One list per workspace, newest first. No filter is pushed down: the vendor filters after paging, so that would save
 * no call, and pages that it empties do not show how far they reach.
 */
export function createJobLists(options: JobListOptions): readonly JobList[] {
  const { workspaces } = options;
  return workspaces.map((workspace) => listOf(workspace, options));
}

function listOf(workspace: string, { source, api, seen }: JobListOptions): JobList {
  const size = new PageSize(JOB_PAGE_SIZE);
  return {
    key: workspace,
    pageSize: JOB_PAGE_SIZE,
    isNewestFirst: () => true,
    async page(index, filter, call) {
      if (filter.statusIn !== undefined && !mayHave(filter.statusIn)) return NO_JOBS;
      const { rows, odd, more, total } = await numberedRows<ListWire<JobWire>>({
        size,
        index,
        pageSize: JOB_PAGE_SIZE,
        keyOf: ({ name }) => name,
        fetch: (page, count) => api.listJobs(workspace, page + 1, count, call),
        said: (page, at) => ({ total: page.total_results, more: isCounted(page, at) }),
        pageOfOdd: (unread) => ({ data: [], odd: unread, total_pages: null, total_results: null }),
      });
      for (const wire of rows) seen(workspace, wire, call);
      return {
        jobs: rows.map((wire) => jobOf(source, workspace, wire)),
        more,
        total,
        filtered: filter.nameContains === undefined && filter.statusIn === undefined,
        unreadable: unreadableOf(odd),
      };
    },
  };
}

const NO_JOBS: JobPage = { jobs: [], more: false, total: 0, filtered: true };

/**
 * The vendor computes the count of pages from the count of rows, so if it is too low, it is no second sign of the end.
 */
function isCounted({ total_pages: count }: ListWire<JobWire>, page: number): true | null {
  return count !== null && page + 1 < count ? true : null;
}
