import DataLoader from 'dataloader';
import type { Call } from '../../../domain/call.ts';
import { asError, hasCode, hasStatus } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { ListedFirst } from '../../shared/listed-first.ts';
import type { ListedPage } from '../../shared/listed-first.ts';
import { isJobId } from '../keys.ts';
import { getJob } from '../api.ts';
import type { WireJob } from '../wire.ts';

/**
 * Loads jobs by id, many of them on pages of the list, the others with one GET each, in parallel. Within a call, each
 * job is requested once, even if its steps need it later.
 */
export class JobLoader {
  readonly #http: SourceHttp;
  readonly #fetch: (index: number, call: Call) => Promise<ListedPage<WireJob>>;
  readonly #list = new ListedFirst<WireJob>();

  /** `fetch` requests a page of the list of jobs. */
  constructor(http: SourceHttp, fetch: (index: number, call: Call) => Promise<ListedPage<WireJob>>) {
    this.#http = http;
    this.#fetch = fetch;
  }

  /** Null: there is no such job. */
  load(job: string, call: Call): Promise<WireJob | null> {
    return this.#loader(call).load(job);
  }

  /** Stores listed jobs, which are complete, so that the call need not request them again. */
  remember(jobs: readonly WireJob[], call: Call): void {
    for (const job of jobs) this.#loader(call).prime(job.id, job);
  }

  #loader(call: Call): DataLoader<string, WireJob | null> {
    return call.scoped(
      this,
      'jobs',
      () =>
        new DataLoader<string, WireJob | null>(async (keys) => {
          const listed = await this.#list.find(keys.filter(isJobId), (index) => this.#fetch(index, call));
          return Promise.all(keys.map(async (key) => listed.get(key) ?? this.#get(key, call).catch(asError)));
        }),
    );
  }

  async #get(key: string, call: Call): Promise<WireJob | null> {
    try {
      return await getJob(this.#http, key, call);
    } catch (error) {
      // An id that the vendor refuses as malformed is that of no job.
      if (hasCode(error, 'NOT_FOUND') || (hasStatus(error, 400) && !isJobId(key))) return null;
      throw error;
    }
  }
}
