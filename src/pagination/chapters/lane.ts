import type { Budget } from '../../domain/budget.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, HintedRow, Partition, ReadRequest } from '../core/partition.ts';

/** What a read takes, about: its generators, and the page that it compares with the next one. */
const BYTES_OF_READ = 64 * 1024;

/** What a row at hand takes, about, beside its texts, which the answer of the source counts. */
const BYTES_OF_ROW = 512;

/** A partition that is being read, with the rows of its last batch that are not taken yet. */
export class PartitionLane<T extends Ordered> {
  readonly #batches: AsyncGenerator<Batch<T>, void, undefined>;
  readonly #budget: Budget;
  /** Bytes that the budget holds for this read. */
  #held = 0;
  #rows: readonly HintedRow<T>[] = [];
  #index = 0;
  #isOpen = true;
  #more: boolean | null = null;

  constructor(partition: Partition<T>, request: ReadRequest<T>, call: Call) {
    this.#batches = partition.read(request, call);
    this.#budget = call.budget;
  }

  get head(): T | null {
    return this.#rows[this.#index]?.row ?? null;
  }

  /** False once the partition has ended or failed. The rows at hand can still be taken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether rows follow those at hand; null: unknown. */
  get more(): boolean | null {
    return this.#isOpen ? this.#more : false;
  }

  /** Takes the next row that is at hand. */
  take(): HintedRow<T> | null {
    const taken = this.#rows[this.#index];
    if (taken === undefined) return null;
    this.#index += 1;
    return taken;
  }

  /** Takes rows that are at hand. */
  takeUpTo(most: number): readonly HintedRow<T>[] {
    const taken = this.#rows.slice(this.#index, this.#index + most);
    this.#index += taken.length;
    return taken;
  }

  /** Reads batches until there is a row or the end, and passes each to `see`. */
  async refill(see: (batch: Batch<T>) => void): Promise<void> {
    try {
      if (this.#held === 0) this.#hold(0);
      while (this.#isOpen && this.head === null) {
        const step = await this.#batches.next();
        if (step.done === true) this.#isOpen = false;
        else {
          this.#hold(step.value.rows.length);
          this.#rows = step.value.rows;
          this.#index = 0;
          this.#more = step.value.more;
          see(step.value);
        }
      }
    } catch (error) {
      this.#isOpen = false;
      throw error;
    }
  }

  /** Throws if there is no memory for the read with so many rows at hand. */
  #hold(rows: number): void {
    const bytes = BYTES_OF_READ + rows * BYTES_OF_ROW;
    if (bytes > this.#held) this.#budget.holdRead(bytes - this.#held);
    else this.#budget.endRead(this.#held - bytes);
    this.#held = bytes;
  }

  /** Ends the read. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#budget.endRead(this.#held);
    this.#held = 0;
    await this.#batches.return(undefined);
  }
}
