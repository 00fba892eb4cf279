import DataLoader from 'dataloader';
import type { Call } from '../../../domain/call.ts';
import { asError } from '../../../domain/errors.ts';
import { ListedByWorkspace } from '../../shared/listed-first.ts';
import type { NemoApi } from '../api.ts';
import { jobKey } from '../keys.ts';
import type { JobPath } from '../keys.ts';
import type { JobWire } from '../wire.ts';

/** Most names in one call. Fifty of the longest are a URL of 4 KB. */
const MOST_NAMES = 50;

type Loaded = JobWire | null | Error;

/**
 * Loads jobs by name, each once in a call. Those requested in one tick come in one list call per workspace, as far as the
 * list has them; each of the others is read alone.
 */
export class JobLoader {
  readonly #api: NemoApi;
  readonly #lists = new ListedByWorkspace<JobWire>();

  constructor(api: NemoApi) {
    this.#api = api;
  }

  /** Null: there is no such job. */
  load(place: JobPath, call: Call): Promise<JobWire | null> {
    return this.#loader(call).load(place);
  }

  /** Stores a job that another request has returned. */
  keep(place: JobPath, wire: JobWire, call: Call): void {
    this.#loader(call).prime(place, wire);
  }

  #loader(call: Call): DataLoader<JobPath, JobWire | null, string> {
    return call.scoped(
      this,
      'jobs',
      () =>
        new DataLoader<JobPath, JobWire | null, string>((places) => this.#loadAll(places, call), {
          cacheKeyFn: ({ workspace, name }) => jobKey(workspace, name),
          maxBatchSize: MOST_NAMES,
        }),
    );
  }

  async #loadAll(places: readonly JobPath[], call: Call): Promise<readonly Loaded[]> {
    const named = places.filter(({ name }) => isName(name));
    const listed = await this.#lists.find(named, async (workspace, names, index) => {
      const size = names.length;
      const { data, total_results: total } = await this.#api.listJobs(workspace, index + 1, size, call, names);
      return { rows: data.map((wire) => [wire.name, wire] as const), size, total, more: null };
    });
    return Promise.all(places.map(async (place) => listed(place) ?? this.#api.job(place, call).catch(asError)));
  }
}

/** True for a text that can be a job's name. Others are not worth a place in the URL of a list. */
function isName(name: string): boolean {
  return /^[A-Za-z0-9@.+_-]{1,64}$/.test(name);
}
