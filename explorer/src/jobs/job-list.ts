import { ApiError, asApiError, isAbort, request } from '../api/request.ts';
import { JobsDocument } from '../graphql/generated/graphql.ts';
import type { JobFilter, JobRowFragment } from '../graphql/generated/graphql.ts';
import { STATUS_GROUPS } from '../state/view.ts';
import type { View } from '../state/view.ts';

/** Jobs of one source in one request. */
const PAGE = 30;
/** How often the newest jobs are asked for again while the page is looked at. */
const REFRESH_MILLISECONDS = 10_000;

export interface JobSourceFailure {
  readonly source: string;
  readonly message: string;
}

export interface JobListSnapshot {
  /** Newest first. */
  readonly jobs: readonly JobRowFragment[];
  readonly state: 'loading' | 'more' | 'done';
  readonly failures: readonly JobSourceFailure[];
  /** Sources that have not answered yet. */
  readonly waitingFor: readonly string[];
}

export type JobScope = Pick<View, 'find' | 'sources' | 'status'>;

/** What was read of one source. */
interface Lane {
  readonly source: string;
  cursor: string | null;
  state: 'loading' | 'more' | 'done';
  failure: ApiError | null;
  jobs: readonly JobRowFragment[];
}

/**
 * Jobs of several sources, newest first, read page by page. Each source has requests of its own, so a slow or failed source
 * delays no other. The first pages are kept fresh. A store for `useSyncExternalStore`.
 */
export class JobList {
  readonly #lanes: readonly Lane[];
  readonly #filter: JobFilter;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #snapshot: JobListSnapshot = { jobs: [], state: 'loading', failures: [], waitingFor: [] };

  constructor({ find, sources, status }: JobScope) {
    this.#lanes = sources.map((source) => ({ source, cursor: null, state: 'more', failure: null, jobs: [] }));
    this.#filter = {
      ...(find === '' ? {} : { nameContains: find }),
      ...(status === null ? {} : { statusIn: STATUS_GROUPS[status] }),
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): JobListSnapshot => this.#snapshot;

  open(): void {
    for (const lane of this.#lanes) void this.#read(lane, lane.cursor);
    this.#timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      for (const lane of this.#lanes) if (lane.state !== 'loading') void this.#read(lane, null);
    }, REFRESH_MILLISECONDS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#abort.abort();
  }

  /** The next page of the source whose oldest known job is newest: the others are known further back. */
  readonly load = (): void => {
    const [next] = this.#lanes
      .filter(({ state, failure }) => state === 'more' && failure === null)
      .sort((a, b) => oldest(b) - oldest(a));
    if (next !== undefined) void this.#read(next, next.cursor);
  };

  /** A page; null: the first one, again. */
  async #read(lane: Lane, after: string | null): Promise<void> {
    const before = lane.state;
    const isAgain = after === null && lane.jobs.length > 0;
    lane.state = 'loading';
    if (!isAgain) this.#publish();
    try {
      const variables = { sources: [lane.source], filter: this.#filter, first: PAGE, after };
      const { nodes, pageInfo, failures } = (await request(JobsDocument, variables, this.#abort.signal)).data.jobs;
      lane.failure = failures[0] === undefined ? null : new ApiError(failures[0].message);
      // A page that failed is not the last one.
      lane.state = isAgain || lane.failure !== null ? before : pageInfo.hasNextPage ? 'more' : 'done';
      if (!isAgain && lane.failure === null) lane.cursor = pageInfo.endCursor ?? lane.cursor;
      lane.jobs = [...new Map([...lane.jobs, ...nodes].map((job) => [job.id, job])).values()];
    } catch (error) {
      if (isAbort(error)) return;
      lane.state = before;
      lane.failure = asApiError(error);
    }
    this.#publish();
  }

  #publish(): void {
    if (this.#abort.signal.aborted) return;
    // A source that is not read to its end may have more jobs before its oldest known one, so older jobs of other
    // sources wait.
    const known = Math.max(
      ...this.#lanes.map((lane) => (lane.state === 'more' && lane.failure === null ? oldest(lane) : -Infinity)),
    );
    const states = new Set(this.#lanes.map(({ state, failure }) => (failure === null ? state : 'done')));
    this.#snapshot = {
      jobs: this.#lanes
        .flatMap(({ jobs }) => jobs)
        .filter((job) => timeOf(job) >= known)
        .sort((a, b) => timeOf(b) - timeOf(a)),
      state: states.has('loading') ? 'loading' : states.has('more') ? 'more' : 'done',
      waitingFor: this.#lanes
        .filter(({ state, jobs }) => state === 'loading' && jobs.length === 0)
        .map(({ source }) => source),
      failures: this.#lanes.flatMap(({ source, failure }) =>
        failure === null ? [] : [{ source, message: failure.message }],
      ),
    };
    for (const listener of this.#listeners) listener();
  }
}

function timeOf({ createdAt, startedAt }: JobRowFragment): number {
  return Date.parse(startedAt ?? createdAt ?? '') || 0;
}

function oldest({ jobs }: Lane): number {
  return Math.min(...jobs.map(timeOf));
}
