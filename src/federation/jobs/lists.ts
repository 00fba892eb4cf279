import type { Call } from '../../domain/call.ts';
import type { Job } from '../../domain/job.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { parseInstant } from '../../domain/time.ts';
import { datedListPartition } from '../../pagination/dated-list/dated-list.ts';
import type { DatedPage } from '../../pagination/dated-list/pages.ts';
import { EmptyPromise } from '../../pagination/core/empty-promise.ts';
import type { Partition, Unplaced } from '../../pagination/core/partition.ts';
import type { JobFilter, JobList, JobPage } from '../../vendors/connector.ts';
import { rememberJob } from '../source.ts';
import type { FederatedSource } from '../source.ts';

/** A job at its position among all jobs: ordered by creation time, then by key. */
export interface ListedJob extends Ordered {
  readonly job: Job;
  /** True if the job is only a part of another job. */
  readonly isPart: boolean;
}

/** The time of jobs without one: before all others, so last when the newest come first. */
const WITHOUT_TIME = -(1n << 70n);

/**
 * The jobs of a list, in order. Jobs that are read are remembered for `call`. `unsorted`: the lists that turned out not to
 * be sorted newest first.
 */
export function jobPartition(
  source: FederatedSource,
  list: JobList,
  filter: JobFilter,
  { call, unsorted }: { readonly call: Call; readonly unsorted: WeakSet<JobList> },
): Partition<ListedJob> {
  const promise = new EmptyPromise();
  const partition = datedListPartition<ListedJob>({
    key: list.key,
    pageSize: list.pageSize,
    idOf: ({ job }) => job.key,
    isNewestFirst: () => list.isNewestFirst() && !unsorted.has(list),
    foundUnordered: () => {
      unsorted.add(list);
    },
    isShown: ({ isPart }) => !isPart,
    async fetch(index, reading) {
      const page = await list.page(index, filter, reading);
      for (const job of page.jobs) rememberJob(source, job, call);
      const count = page.jobs.length + (page.parts?.length ?? 0) + (page.unreadable?.count ?? 0);
      // The walk over the pages reports a page that promises more.
      if (index === 0 && page.more !== true) promise.see({ count, total: page.total });
      return rowsOf(page);
    },
  });
  return promise.checked(partition);
}

function rowsOf({ jobs, parts = [], ...page }: JobPage): DatedPage<ListedJob> {
  const { total, more, unreadable, contradiction } = page;
  const rows = jobs.map((job) => rowOf(job, false));
  const others = parts.map((job) => rowOf(job, true));
  return { rows: others.length === 0 ? rows : merged(rows, others), total, more, unreadable, contradiction };
}

function rowOf(job: Job, isPart: boolean): Unplaced<ListedJob> {
  return { job, isPart, time: parseInstant(job.createdAt ?? '')?.nanoseconds ?? WITHOUT_TIME };
}

/** Both lists together, newest first if each of them is. */
function merged(rows: readonly Unplaced<ListedJob>[], others: readonly Unplaced<ListedJob>[]): Unplaced<ListedJob>[] {
  const result: Unplaced<ListedJob>[] = [];
  let next = 0;
  for (const row of rows) {
    for (; (others[next]?.time ?? row.time) > row.time; next += 1) result.push(...others.slice(next, next + 1));
    result.push(row);
  }
  return [...result, ...others.slice(next)];
}
