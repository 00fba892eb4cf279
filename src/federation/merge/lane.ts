import type { Call } from '../../domain/call.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import type { Batch, Hint, HintedRow, Unreadable } from '../../pagination/core/partition.ts';
import { FailedScope } from './failed-scope.ts';
import { Contradiction } from '../failures.ts';
import { boundsOf, markOf } from './bounds.ts';
import type { MergeBounds } from './bounds.ts';
import type { Slot } from './place.ts';
import { together } from '../../pagination/core/unreadable.ts';

export interface MergeOptions<T extends Ordered> extends MergeBounds {
  readonly slots: readonly Slot<T>[];
  readonly need: number;
  readonly accept?: ((row: T, slot: Slot<T>) => boolean) | undefined;
}

export interface MergedRow<T extends Ordered> {
  readonly row: T;
  readonly slot: Slot<T>;
  readonly hint: Hint | null;
}

/** One partition being read, with the rows of its last batch that are not taken yet. */
export class MergeLane<T extends Ordered> {
  readonly slot: Slot<T>;
  readonly start: Position | null;
  readonly startHint: Hint | null;
  readonly #rows: AsyncGenerator<Batch<T>, void, undefined>;
  #buffer: readonly HintedRow<T>[] = [];
  #index = 0;
  #open = true;
  #failed = false;
  readonly #wasBehind: boolean;
  #more: boolean | null = null;
  #pages = 0;
  #unreadable: Unreadable | null = null;

  constructor(slot: Slot<T>, options: MergeOptions<T>, call: Call) {
    this.slot = slot;
    const mark = markOf(slot, options.from);
    const bounds = boundsOf(slot, options, mark?.at);
    this.start = bounds.from;
    this.#wasBehind = mark?.at !== undefined;
    this.startHint = mark?.hint ?? null;
    const accept = options.accept;
    // A failed scope is read even if the bounds look empty: they cannot be compared with unknown partitions, and the
    // failure has to show.
    if (bounds.isEmpty && !(slot.partition instanceof FailedScope)) this.#open = false;
    this.#rows = slot.partition.read(
      {
        direction: options.direction,
        from: bounds.from,
        hint: this.startHint,
        until: bounds.until,
        need: options.need,
        prefetch: options.slots.length === 1 && accept === undefined,
        ...(accept === undefined ? {} : { accept: (row: T) => accept(row, slot) }),
      },
      call,
    );
  }

  get head(): T | null {
    return this.#buffer[this.#index]?.row ?? null;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** True if the source failed now, or before an earlier page, so that the partition may be behind the common position. */
  get mayBeBehind(): boolean {
    return this.#failed || this.#wasBehind;
  }

  get more(): boolean | null {
    return this.#more;
  }

  get pages(): number {
    return this.#pages;
  }

  /** The unreadable rows so far. */
  get unreadable(): Unreadable | null {
    return this.#unreadable;
  }

  /** The next row with its hint. */
  take(): MergedRow<T> | null {
    const taken = this.#buffer[this.#index];
    if (taken === undefined) return null;
    this.#index += 1;
    return { ...taken, slot: this.slot };
  }

  /** Moves rows that are at hand, at most `most`, to the end of a list. */
  takeInto(rows: MergedRow<T>[], most: number): void {
    const taken = this.#buffer.slice(this.#index, this.#index + most);
    for (const { row, hint } of taken) rows.push({ row, slot: this.slot, hint });
    this.#index += taken.length;
  }

  /** Reads until there is a row or the end. Returns what the partition reports as out of reach. */
  async refill(): Promise<readonly Error[]> {
    const truncated: Error[] = [];
    try {
      for (;;) {
        const step = await this.#rows.next();
        if (step.done === true) {
          this.#open = false;
          return truncated;
        }
        const batch = step.value;
        this.#pages += batch.pages;
        this.#more = batch.more;
        if (batch.truncated !== undefined)
          truncated.push(batch.contradicts === true ? new Contradiction(batch.truncated) : new Error(batch.truncated));
        if (batch.unreadable !== undefined) this.#unreadable = together(this.#unreadable, batch.unreadable);
        this.#buffer = batch.rows;
        this.#index = 0;
        if (batch.rows.length > 0) return truncated;
      }
    } catch (error) {
      this.#open = false;
      this.#failed = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#rows.return(undefined);
  }
}
