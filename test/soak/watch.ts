import { setTimeout as pause } from 'node:timers/promises';
import type { Replica } from '../redis/replica.ts';
import { answerOf } from './answer.ts';

/** What one look at a replica has shown. */
export interface Sample {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
  readonly handles: number;
}

export async function sample(replica: Replica): Promise<Sample> {
  const { text } = await answerOf(`${replica.url}/metrics`);
  const read = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  return {
    heapBytes: read('nodejs_heap_size_used_bytes'),
    residentBytes: read('process_resident_memory_bytes'),
    openFiles: read('process_open_fds'),
    handles: read('nodejs_active_handles_total'),
  };
}

/** Looks at a replica from outside until it is stopped: what it takes, and how long a health check waits. */
export class Watch {
  readonly samples: Sample[] = [];
  readonly delays: number[] = [];
  readonly #over = new AbortController();
  readonly #done: Promise<unknown>;

  constructor(replica: Replica) {
    this.#done = Promise.all([this.#sample(replica), this.#probe(replica)]);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#done;
  }

  /** The least heap of a part of the run: what is held, without what is garbage. */
  leastHeap(from: number, to: number): number {
    const { length } = this.samples;
    const part = this.samples.slice(Math.floor(from * length), Math.max(1, Math.ceil(to * length)));
    return Math.min(...part.map(({ heapBytes }) => heapBytes));
  }

  async #sample(replica: Replica): Promise<void> {
    await this.#each(1_000, async () => {
      this.samples.push(await sample(replica));
    });
  }

  async #probe({ url }: Replica): Promise<void> {
    await this.#each(50, async () => {
      const begun = performance.now();
      await answerOf(`${url}/health/live`);
      this.delays.push(performance.now() - begun);
    });
  }

  async #each(milliseconds: number, act: () => Promise<void>): Promise<void> {
    while (!this.#over.signal.aborted) {
      // A killed replica does not answer.
      await act().catch(() => undefined);
      await pause(milliseconds);
    }
  }
}

/** The value below which that part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
}
