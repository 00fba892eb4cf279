import type { Call } from '../../domain/call.ts';
import type { Job } from '../../domain/job.ts';
import type { JobFilter, JobList } from '../../vendors/connector.ts';
import type { Connection, ConnectionArguments, FailureArguments } from '../api.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { isOfSource, mayRecover } from '../failures.ts';
import { jobPartition } from './lists.ts';
import type { ListedJob } from './lists.ts';
import { filterKey } from '../log-filter/filter.ts';
import { MergedConnection } from '../merge/connection.ts';
import { endsIfAlone } from '../merge/failures.ts';
import type { FederatedSource } from '../source.ts';

/** Jobs of several sources, newest first: a merge of their lists by creation time. */

export interface JobConnectionOptions {
  readonly sources: readonly FederatedSource[];
  readonly filter: JobFilter;
  readonly args: ConnectionArguments & FailureArguments;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  /** Native pages of each list that may be read for one page of a filtered connection. */
  readonly maxScanPages: number;
  /** Lists that turned out not to be sorted newest first. */
  readonly unsorted: WeakSet<JobList>;
}

/** A failing source is thrown if it is the only one, unless `listFailures` is set. */
export function jobConnection(options: JobConnectionOptions, call: Call): Connection<Job> {
  const { filter, args, cursors, maxPageSize, maxScanPages, unsorted } = options;
  // Sorted by name: the order in which a client or the configuration lists them does not matter.
  const sources = [...options.sources].sort((a, b) => (a.name < b.name ? -1 : 1));
  const isFiltered = filter.statusIn !== undefined || filter.nameContains !== undefined;
  const partitionOf = (source: FederatedSource, list: JobList) =>
    jobPartition(source, list, filter, { call, unsorted });
  return new MergedConnection<ListedJob, Job>(
    {
      key: () => JSON.stringify(['jobs', sources.map(({ name }) => name), filterKey(filter)]),
      args,
      descending: true,
      since: null,
      before: null,
      maxPageSize,
      maxScanPages,
      cursors,
      lists: sources.length,
      slots: () =>
        Promise.resolve(
          sources.flatMap((source, scope) =>
            source.connector.jobLists.map((list) => ({ scope, partition: partitionOf(source, list) })),
          ),
        ),
      // Vendors filter as far as they can; every job that they return is checked again.
      accept: () => (isFiltered ? ({ job }) => matches(job, filter) : undefined),
      countAccepted: () => countFiltered(sources, filter, call),
      nodeOf: ({ job }) => job,
      mayRecover,
      endedBy: endsIfAlone(sources.length === 1, args),
      ownerOf: ({ scope }) => ({ source: nameOf(sources, scope), jobId: null }),
      // Jobs of a source that does not answer cannot be counted.
      isUncounted: (error) => sources.length > 1 && isOfSource(error),
    },
    call,
  );
}

function nameOf(sources: readonly FederatedSource[], scope: number): string {
  const source = sources[scope];
  if (source === undefined) throw new RangeError(`There is no source ${scope}.`);
  return source.name;
}

/** If vendors apply the whole filter, they can count the matching jobs. */
async function countFiltered(
  sources: readonly FederatedSource[],
  filter: JobFilter,
  call: Call,
): Promise<number | null> {
  const counts = await Promise.all(
    sources.flatMap((source) =>
      source.connector.jobLists.map(async (list) => {
        const { filtered, total, more, jobs } = await list.page(0, filter, call);
        if (more === false) return jobs.filter((job) => matches(job, filter)).length;
        return filtered ? total : null;
      }),
    ),
  );
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}

function matches(job: Job, filter: JobFilter): boolean {
  if (filter.statusIn !== undefined && !filter.statusIn.includes(job.status)) return false;
  if (filter.nameContains === undefined) return true;
  return job.name.toLowerCase().includes(filter.nameContains.toLowerCase());
}
