import type { Call } from '../../../domain/call.ts';
import { nullIfNotFound } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { getRun } from '../api.ts';
import type { ScheduleRef } from '../api.ts';
import type { NativeRun } from './wire.ts';

/** A run with its schedule. */
export interface PlacedRun {
  readonly schedule: string;
  readonly run: NativeRun;
}

/** Most runs that one operation remembers: enough for every page that a client may request. */
const REMEMBERED_RUNS = 2_000;

/**
 * Finds runs by id. The service finds a run only within its schedule, so an operation remembers the runs that it has
 * seen on pages: the log of an attempt that was just listed costs no call.
 */
export class SingleRuns {
  readonly #http: SourceHttp;

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  remember({ job, schedule }: ScheduleRef, runs: readonly NativeRun[], call: Call): void {
    this.#seen(call).add({ job, schedule }, runs);
  }

  recall(job: string, runId: string, call: Call): PlacedRun | null {
    return this.#seen(call).find(job, runId);
  }

  /** Null: the schedule has no such run. */
  async find(ref: ScheduleRef, runId: string, call: Call): Promise<PlacedRun | null> {
    const { job, schedule } = ref;
    const run = await call.scoped(this, `run ${JSON.stringify([job, schedule, runId])}`, () =>
      this.#get(ref, runId, call).catch(nullIfNotFound),
    );
    if (run === null) return null;
    this.remember(ref, [run], call);
    return { schedule, run };
  }

  async #get(ref: ScheduleRef, runId: string, call: Call): Promise<NativeRun> {
    const { data, cutTo } = await getRun(this.#http, ref, runId, call);
    return cutTo === null ? data : { ...data, cutTo };
  }

  #seen(call: Call): SeenRuns {
    return call.scoped(this, 'seen', () => new SeenRuns());
  }
}

/** The runs of pages, indexed only when a run is requested. */
class SeenRuns {
  readonly #pages: (ScheduleRef & { readonly runs: readonly NativeRun[] })[] = [];
  #size = 0;
  readonly #runs = new Map<string, PlacedRun>();
  /** The number of pages that are in `#runs`. */
  #found = 0;

  add({ job, schedule }: ScheduleRef, runs: readonly NativeRun[]): void {
    if (this.#size >= REMEMBERED_RUNS || this.#pages.some((page) => page.runs === runs)) return;
    this.#pages.push({ job, schedule, runs });
    this.#size += runs.length;
  }

  find(job: string, runId: string): PlacedRun | null {
    for (const page of this.#pages.slice(this.#found)) {
      for (const run of page.runs) {
        if (run.unreadable === undefined) this.#runs.set(keyOf(page.job, run.runId), { schedule: page.schedule, run });
      }
    }
    this.#found = this.#pages.length;
    return this.#runs.get(keyOf(job, runId)) ?? null;
  }
}

function keyOf(job: string, runId: string): string {
  return JSON.stringify([job, runId]);
}
