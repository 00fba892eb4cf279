import type { Call } from '../domain/call.ts';
import { TributaryError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { Unreadable } from '../pagination/partition.ts';
import type { JobFilter, JobPage } from '../vendors/connector.ts';
import type { ConnectionArguments, Edge, FailureArguments, JobConnection, PageInfo, SourceFailure } from './api.ts';
import { checkPageArguments } from './arguments.ts';
import type { PageArguments } from './arguments.ts';
import { invalidCursor } from './cursor.ts';
import type { ConnectionCursors, CursorCodec } from './cursor.ts';
import { isOfSource, mayRecover, sourceFailure } from './failures.ts';
import { JobWalk } from './job-walk.ts';
import type { JobPlace, JobWalkOptions, PlacedJob } from './job-walk.ts';
import { filterKey } from './log-filter.ts';
import { rememberJob } from './source.ts';
import type { FederatedSource } from './source.ts';
import { together, UnreadableRows } from './unreadable-rows.ts';

/**
 * Jobs of several sources: source after source in the order of the configuration, and within a source in
 * the vendor's own order (newest first where it has one). Vendors list jobs by page number, so a place is
 * a page, an index on it, and the key that stood there: the key is looked for again when pages have moved.
 */

export interface JobConnectionOptions extends JobWalkOptions {
  readonly args: ConnectionArguments & FailureArguments;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
}

export function jobConnection(options: JobConnectionOptions, call: Call): JobConnection {
  return new FederatedJobs(options, call);
}

interface JobScan {
  readonly jobs: readonly PlacedJob[];
  readonly more: boolean;
  /** Where to go on: the last job that was looked at, whether it was given out or not. */
  readonly stop: JobPlace | null;
}

class FederatedJobs implements JobConnection {
  readonly #options: JobConnectionOptions;
  readonly #page: PageArguments;
  readonly #call: Call;
  readonly #cursors: ConnectionCursors;
  readonly #failures: SourceFailure[] = [];
  readonly #unreadable = new Map<string, Unreadable>();
  #read: Promise<JobScan> | undefined;

  constructor(options: JobConnectionOptions, call: Call) {
    this.#options = options;
    this.#page = checkPageArguments(options.args, options.maxPageSize);
    this.#call = call;
    const names = options.sources.map((source) => source.name);
    this.#cursors = options.cursors.forConnection(['jobs', names, filterKey(options.filter)]);
  }

  async edges(): Promise<readonly Edge<Job>[]> {
    const { jobs } = await this.#scan();
    return jobs.map(({ job, place }) => ({ node: job, cursor: this.#cursorOf(place) }));
  }

  async nodes(): Promise<readonly Job[]> {
    return (await this.#scan()).jobs.map(({ job }) => job);
  }

  async pageInfo(): Promise<PageInfo> {
    const { jobs, more, stop } = await this.#scan();
    const forward = this.#page.side === 'first';
    const near = jobs.at(forward ? 0 : -1)?.place;
    const nearCursor = near === undefined ? null : this.#cursorOf(near);
    const farCursor = stop === null ? null : this.#cursorOf(stop);
    return {
      hasNextPage: forward ? more : this.#page.before !== null,
      hasPreviousPage: forward ? this.#page.after !== null : more,
      startCursor: forward ? nearCursor : farCursor,
      endCursor: forward ? farCursor : nearCursor,
    };
  }

  async totalCount(): Promise<number | null> {
    const { sources, filter } = this.#options;
    await new Promise((resolve) => setImmediate(resolve));
    await this.#read?.catch(() => undefined);
    const pages = await Promise.all(sources.map(async (source) => this.#pageOf(source, 0).catch(() => null)));
    const isFiltered = filter.nameContains !== undefined || filter.statusIn !== undefined;
    return pages.reduce<number | null>((sum, page) => {
      const total = page === null || (isFiltered && !page.filtered) ? null : page.total;
      return sum === null || total === null ? null : sum + total;
    }, 0);
  }

  async failures(): Promise<readonly SourceFailure[]> {
    await this.#scan();
    const unreadable = [...this.#unreadable].map(([source, rows]) => {
      const message = `${source}: ${new UnreadableRows(rows).message}`;
      return sourceFailure(source, null, new TributaryError('SOURCE_BAD_RESPONSE', message, { source }));
    });
    return [...this.#failures, ...unreadable];
  }

  #scan(): Promise<JobScan> {
    this.#read ??= this.#readPage();
    return this.#read;
  }

  async #readPage(): Promise<JobScan> {
    const { size, side, after, before } = this.#page;
    const from = side === 'first' ? after : before;
    const until = side === 'first' ? before : after;
    const stopAt = until === null ? null : this.#placeOf(until);
    const start = from === null ? null : this.#placeOf(from);
    const jobs: PlacedJob[] = [];
    let stop: JobPlace | null = null;
    let more = false;
    const walk = new JobWalk(this.#options, side === 'first' ? 1 : -1, {
      pageOf: (source, page) => this.#pageOf(source, page),
      onFailure: (source, error) => {
        this.#onFailure(source, error);
      },
    });
    for await (const step of walk.from(start)) {
      if (step === 'bounded') {
        more = true;
        break;
      }
      if (step.place.source === stopAt?.source && step.place.key === stopAt.key) break;
      const isWanted = matches(step.job, this.#options.filter);
      if (jobs.length === size) {
        // One accepted job beyond the page is all that hasNextPage needs to know.
        if (!isWanted) continue;
        more = true;
        break;
      }
      stop = step.place;
      if (isWanted) jobs.push(step);
    }
    more ||= this.#failures.some((failure) => failure.code !== 'NOT_FOUND' && this.#mayAskAgain.has(failure.source));
    if (side === 'last') jobs.reverse();
    return { jobs, more, stop };
  }

  readonly #mayAskAgain = new Set<string>();

  #onFailure(source: FederatedSource, error: unknown): void {
    // One source alone has no others whose jobs would be lost with it, unless whoever asks has.
    const listed = this.#options.args.listFailures === true && isOfSource(error);
    if (this.#options.sources.length === 1 && !listed) throw error;
    if (mayRecover(error)) this.#mayAskAgain.add(source.name);
    this.#failures.push(sourceFailure(source.name, null, error));
  }

  /** Each native page once per connection. */
  readonly #pages = new Map<string, Promise<JobPage>>();

  #pageOf(source: FederatedSource, page: number): Promise<JobPage> {
    const key = `${source.name}/${page}`;
    let found = this.#pages.get(key);
    if (found === undefined) {
      found = source.connector.listJobs(page, this.#options.filter, this.#call).then((listed) => {
        for (const job of listed.jobs) rememberJob(source, job, this.#call);
        if (listed.unreadable !== undefined) this.#noteUnreadable(source, listed.unreadable);
        return listed;
      });
      this.#pages.set(key, found);
    }
    return found;
  }

  /** Jobs of a page that could not be read: counted per source, over all pages that were read. */
  #noteUnreadable({ name }: FederatedSource, unreadable: Unreadable): void {
    this.#unreadable.set(name, together(this.#unreadable.get(name), unreadable));
  }

  #cursorOf({ source, page, index, key }: JobPlace): string {
    return this.#cursors.seal([source, page, index, key]);
  }

  #placeOf(cursor: string): JobPlace {
    const payload = this.#cursors.open(cursor);
    if (!Array.isArray(payload)) throw invalidCursor();
    const [source, page, index, key] = payload as unknown[];
    if (typeof source !== 'string' || typeof key !== 'string') throw invalidCursor();
    if (typeof page !== 'number' || typeof index !== 'number') throw invalidCursor();
    return { source, page, index, key };
  }
}

/** Vendors filter as far as they can; what they give is checked all the same. */
function matches(job: Job, filter: JobFilter): boolean {
  if (filter.statusIn !== undefined && !filter.statusIn.includes(job.status)) return false;
  if (filter.nameContains === undefined) return true;
  return job.name.toLowerCase().includes(filter.nameContains.toLowerCase());
}
