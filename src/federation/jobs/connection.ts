import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { JobFilter, JobList } from '../../vendors/connector.ts';
import type { ConnectionArguments, FailureArguments, JobConnection, SourceFailure } from '../api.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { asError, isOfSource, mayRecover } from '../failures.ts';
import { jobPartition } from './lists.ts';
import type { ListedJob } from './lists.ts';
import { filterKey } from '../log-filter/filter.ts';
import { MergedConnection } from '../merge/connection.ts';
import { shownFailures, wholeFailure } from '../merge/failures.ts';
import type { MergedPage } from '../merge/page.ts';
import type { Slot } from '../merge/place.ts';
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

export function jobConnection(options: JobConnectionOptions, call: Call): JobConnection {
  return new FederatedJobs(options, call);
}

class FederatedJobs implements JobConnection {
  readonly #options: JobConnectionOptions;
  /** Sorted by name: the order in which a client or the configuration lists them does not matter. */
  readonly #sources: readonly FederatedSource[];
  readonly #call: Call;
  readonly #jobs: MergedConnection<ListedJob, Job>;
  #failures: readonly SourceFailure[] = [];
  /** Sources that the page has listed in `failures`. */
  #missing: ReadonlySet<string | undefined> = new Set();

  constructor(options: JobConnectionOptions, call: Call) {
    this.#options = options;
    this.#sources = [...options.sources].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#call = call;
    const { filter, args, cursors, maxPageSize, maxScanPages } = options;
    const isFiltered = filter.statusIn !== undefined || filter.nameContains !== undefined;
    this.#jobs = new MergedConnection(
      {
        key: () => JSON.stringify(['jobs', this.#sources.map(({ name }) => name), filterKey(filter)]),
        args,
        descending: true,
        since: null,
        before: null,
        maxPageSize,
        maxScanPages,
        cursors,
        slots: () => Promise.resolve(this.#slots()),
        // Vendors filter as far as they can; every job that they return is checked again.
        accept: () => (isFiltered ? ({ job }) => matches(job, filter) : undefined),
        countAccepted: () => this.#countFiltered(),
        nodeOf: ({ job }) => job,
        mayRecover,
        onFailures: (failures, slots) => {
          this.#onFailures(failures, slots);
        },
      },
      call,
    );
  }

  edges(): ReturnType<JobConnection['edges']> {
    return this.#jobs.edges();
  }

  nodes(): ReturnType<JobConnection['nodes']> {
    return this.#jobs.nodes();
  }

  pageInfo(): ReturnType<JobConnection['pageInfo']> {
    return this.#jobs.pageInfo();
  }

  /**
   * Jobs of a source that does not answer cannot be counted. The count is null if there are several sources, or if the
   * page already lists the failure.
   */
  async totalCount(): Promise<number | null> {
    try {
      return await this.#jobs.totalCount();
    } catch (error) {
      if (!(error instanceof TributaryError) || !isOfSource(error)) throw error;
      if (this.#sources.length > 1 || this.#missing.has(error.source)) return null;
      throw error;
    }
  }

  async failures(): Promise<readonly SourceFailure[]> {
    await this.#jobs.read();
    return this.#failures;
  }

  #slots(): readonly Slot<ListedJob>[] {
    const { filter, unsorted } = this.#options;
    const memory = { call: this.#call, unsorted };
    return this.#sources.flatMap((source, scope) =>
      source.connector.jobLists.map((list) => ({ scope, partition: jobPartition(source, list, filter, memory) })),
    );
  }

  /** If vendors apply the whole filter, they can count the matching jobs. */
  async #countFiltered(): Promise<number | null> {
    const { filter } = this.#options;
    const counts = await Promise.all(
      this.#sources.flatMap((source) =>
        source.connector.jobLists.map(async (list) => {
          const { filtered, total, more, jobs } = await list.page(0, filter, this.#call);
          if (more === false) return jobs.filter((job) => matches(job, filter)).length;
          return filtered ? total : null;
        }),
      ),
    );
    return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
  }

  /**
   * If the only source fails as a whole, the error is thrown, unless `listFailures` is set. With several sources, each
   * failure is listed in `failures`.
   */
  #onFailures(failures: MergedPage<ListedJob>['failures'], slots: readonly Slot<ListedJob>[]): void {
    const error = wholeFailure(failures, slots);
    const listed = this.#options.args.listFailures === true && isOfSource(error);
    if (this.#sources.length === 1 && error !== undefined && !listed) throw asError(error);
    this.#missing = new Set(failures.flatMap(({ slot, partial }) => (partial ? [] : [this.#nameOf(slot)])));
    this.#failures = shownFailures(failures, (slot) => ({ source: this.#nameOf(slot), jobId: null }));
  }

  #nameOf({ scope }: Slot<ListedJob>): string {
    const source = this.#sources[scope];
    if (source === undefined) throw new RangeError(`There is no source ${scope}.`);
    return source.name;
  }
}

function matches(job: Job, filter: JobFilter): boolean {
  if (filter.statusIn !== undefined && !filter.statusIn.includes(job.status)) return false;
  if (filter.nameContains === undefined) return true;
  return job.name.toLowerCase().includes(filter.nameContains.toLowerCase());
}
