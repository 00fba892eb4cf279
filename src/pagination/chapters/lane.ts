import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, HintedRow, Partition, ReadRequest } from '../core/partition.ts';

export interface Chapter<T extends Ordered> {
  /** The chapter's name in hints, unique among the chapters. */
  readonly key: string;
  readonly partition: Partition<T>;
  /** When the chapter began, in nanoseconds; null: unknown. */
  readonly beganAt: bigint | null;
}

/** A chapter that is being read. */
export class ChapterLane<T extends Ordered> {
  readonly chapter: Chapter<T>;
  readonly #batches: AsyncGenerator<Batch<T>, void, undefined>;
  #batch: Batch<T> = { rows: [], more: null, pages: 0 };
  #index = 0;

  constructor(chapter: Chapter<T>, request: ReadRequest<T>, call: Call) {
    this.chapter = chapter;
    this.#batches = chapter.partition.read(request, call);
  }

  get head(): T | undefined {
    return this.#batch.rows[this.#index]?.row;
  }

  /** Whether rows follow the batch that was read last; null: unknown. */
  get more(): boolean | null {
    return this.#batch.more;
  }

  /** True if no row is at hand but more may follow. */
  get isEmpty(): boolean {
    return this.head === undefined && this.#batch.more !== false;
  }

  take(): HintedRow<T> {
    const taken = this.#batch.rows[this.#index];
    if (taken === undefined) throw new RangeError('The chapter has no row at hand.');
    this.#index += 1;
    return taken;
  }

  /** Reads batches until a row is at hand or the chapter ends. Yields each batch. */
  async *refill(): AsyncGenerator<Batch<T>, void, undefined> {
    while (this.isEmpty) {
      const before = this.#batch;
      // Assume the end first, so that a chapter that fails or ends has no more rows.
      this.#batch = { ...before, rows: [], more: false };
      const step = await this.#batches.next();
      if (step.done === true) return;
      this.#batch = step.value;
      this.#index = 0;
      yield step.value;
    }
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}
