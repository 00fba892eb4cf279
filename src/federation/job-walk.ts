import type { Job } from '../domain/job.ts';
import type { JobFilter, JobPage } from '../vendors/connector.ts';
import { PageGuard } from '../pagination/page-guard.ts';
import type { FederatedSource } from './source.ts';

/** Where a job stands in its source's list: the page, the index on it, and the key that stood there. */
export interface JobPlace {
  readonly source: string;
  readonly page: number;
  readonly index: number;
  readonly key: string;
}

export interface PlacedJob {
  readonly job: Job;
  readonly place: JobPlace;
}

export interface JobWalkOptions {
  readonly sources: readonly FederatedSource[];
  readonly filter: JobFilter;
  /** Native pages that may be read for one page when the vendor leaves the filter to us. */
  readonly maxScanPages: number;
}

/** How far behind its old page a job is looked for when new jobs have pushed it on. */
const DRIFT_PAGES = 3;

export interface JobWalkHooks {
  pageOf(source: FederatedSource, page: number): Promise<JobPage>;
  /** May throw to end the walk. */
  onFailure(source: FederatedSource, error: unknown): void;
}

/** Goes through the sources' native pages, up (1) or down (-1). */
export class JobWalk {
  readonly #options: JobWalkOptions;
  readonly #step: 1 | -1;
  readonly #hooks: JobWalkHooks;
  readonly #guards = new Map<string, PageGuard>();
  #pagesRead = 0;

  constructor(options: JobWalkOptions, step: 1 | -1, hooks: JobWalkHooks) {
    this.#options = options;
    this.#step = step;
    this.#hooks = hooks;
  }

  async *from(start: JobPlace | null): AsyncGenerator<PlacedJob | 'bounded', void, undefined> {
    const ordered = this.#step === 1 ? this.#options.sources : [...this.#options.sources].reverse();
    const first = start === null ? 0 : ordered.findIndex((source) => source.name === start.source);
    const sources = ordered.slice(Math.max(0, first));
    for (const [index, source] of sources.entries()) {
      try {
        yield* this.#source(source, start?.source === source.name ? start : null);
      } catch (error) {
        this.#hooks.onFailure(source, error);
      }
      // The page is not full after a whole source: the others are likely needed, and do not depend on each other.
      if (index === 0) this.#warm(sources.slice(1));
    }
  }

  get #isFiltered(): boolean {
    const { filter } = this.#options;
    return filter.nameContains !== undefined || filter.statusIn !== undefined;
  }

  #warm(sources: readonly FederatedSource[]): void {
    // Whoever takes the page sees its failure.
    for (const source of sources) this.#hooks.pageOf(source, 0).catch(() => undefined);
  }

  async *#source(
    source: FederatedSource,
    start: JobPlace | null,
  ): AsyncGenerator<PlacedJob | 'bounded', void, undefined> {
    let at = start === null ? await this.#end(source) : await this.#find(source, start);
    for (;;) {
      if (at.page < 0) return;
      const listed = await this.#pageOf(source, at.page);
      this.#pagesRead += 1;
      const last = listed.jobs.length - 1;
      for (let i = Math.min(at.index, last + 1); i >= 0 && i <= last; i += this.#step) {
        const job = listed.jobs[i];
        if (job !== undefined) yield { job, place: { source: source.name, page: at.page, index: i, key: job.key } };
      }
      if (this.#step === 1 ? !listed.more : at.page === 0) return;
      if (this.#isFiltered && this.#pagesRead >= this.#options.maxScanPages) yield 'bounded';
      at = { page: at.page + this.#step, index: this.#step === 1 ? 0 : source.connector.jobPageSize - 1 };
      if (this.#step === -1) at = { ...at, index: (await this.#pageOf(source, at.page)).jobs.length - 1 };
    }
  }

  async #pageOf(source: FederatedSource, page: number): Promise<JobPage> {
    const listed = await this.#hooks.pageOf(source, page);
    let guard = this.#guards.get(source.name);
    if (guard === undefined) {
      guard = new PageGuard(source.name, this.#isFiltered ? this.#options.maxScanPages : undefined);
      this.#guards.set(source.name, guard);
    }
    const promisesMore = this.#step === 1 ? listed.more : page > 0 || listed.more;
    guard.see(
      page,
      listed.jobs.map(({ key }) => key),
      promisesMore,
    );
    return listed;
  }

  /** The first place of a walk through the whole source. */
  async #end(source: FederatedSource): Promise<{ page: number; index: number }> {
    if (this.#step === 1) return { page: 0, index: 0 };
    let page = 0;
    let listed = await this.#pageOf(source, 0);
    while (listed.more) {
      const counted = listed.total === null ? 0 : Math.ceil(listed.total / source.connector.jobPageSize) - 1;
      page = Math.max(page + 1, counted);
      listed = await this.#pageOf(source, page);
    }
    return { page, index: listed.jobs.length - 1 };
  }

  /** The place behind the job of a cursor, which may have moved on since. */
  async #find(source: FederatedSource, start: JobPlace): Promise<{ page: number; index: number }> {
    for (let page = start.page; page < start.page + DRIFT_PAGES; page += 1) {
      const listed = await this.#pageOf(source, page);
      const index = listed.jobs.findIndex((job) => job.key === start.key);
      if (index !== -1) return { page, index: index + this.#step };
      if (!listed.more) break;
    }
    // The job is gone: what stood behind it has moved up into its place.
    return { page: start.page, index: this.#step === 1 ? start.index : start.index - 1 };
  }
}
