import type { Call } from '../../domain/call.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import { PartitionLane } from '../../pagination/chapters/lane.ts';
import type { Hint, HintedRow, Unreadable } from '../../pagination/core/partition.ts';
import { FailedScope } from './failed-scope.ts';
import { Contradiction } from '../failures.ts';
import { boundsOf, markOf } from './bounds.ts';
import type { MergeBounds } from './bounds.ts';
import type { Slot } from './slot.ts';
import { together } from '../../pagination/core/unreadable.ts';

export interface MergeOptions<T extends Ordered> extends MergeBounds {
  readonly slots: readonly Slot<T>[];
  readonly need: number;
  readonly accept?: ((row: T, slot: Slot<T>) => boolean) | undefined;
}

export interface MergedRow<T extends Ordered> {
  readonly row: T;
  readonly slot: Slot<T>;
  /** The row with its hint, which may be made on demand. */
  readonly hinted: HintedRow<T>;
}

/** One partition of a merge. */
export class MergeLane<T extends Ordered> {
  readonly slot: Slot<T>;
  readonly start: Position | null;
  readonly startHint: Hint | null;
  /** Null: nothing of the partition is wanted. */
  readonly #lane: PartitionLane<T> | null;
  #failed = false;
  readonly #wasBehind: boolean;
  #pages = 0;
  #unreadable: Unreadable | null = null;

  constructor(slot: Slot<T>, options: MergeOptions<T>, call: Call) {
    this.slot = slot;
    const mark = markOf(slot, options.from);
    const { from, until, isEmpty } = boundsOf(slot, options, mark?.at);
    this.start = from;
    this.#wasBehind = mark?.at !== undefined;
    this.startHint = mark?.hint ?? null;
    const { direction, need, accept, slots } = options;
    const request = {
      ...{ direction, from, hint: this.startHint, until, need },
      prefetch: slots.length === 1 && accept === undefined,
      ...(accept === undefined ? {} : { accept: (row: T) => accept(row, slot) }),
    };
    // A failed scope is read even if the bounds look empty: they cannot be compared with unknown partitions, and the
    // failure has to show.
    const isRead = !isEmpty || slot.partition instanceof FailedScope;
    this.#lane = isRead ? new PartitionLane(slot.partition, request, call) : null;
  }

  get head(): T | null {
    return this.#lane?.head ?? null;
  }

  get isOpen(): boolean {
    return this.#lane?.isOpen === true;
  }

  /** True if the source failed now, or before an earlier page, so that the partition may be behind the common position. */
  get mayBeBehind(): boolean {
    return this.#failed || this.#wasBehind;
  }

  /** Whether rows follow those at hand; null: unknown. */
  get more(): boolean | null {
    return this.#lane === null ? false : this.#lane.more;
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
    const taken = this.#lane?.take() ?? null;
    return taken && { row: taken.row, slot: this.slot, hinted: taken };
  }

  /** Moves rows that are at hand, at most `most`, to the end of a list. */
  takeInto(rows: MergedRow<T>[], most: number): void {
    for (const hinted of this.#lane?.takeUpTo(most) ?? []) rows.push({ row: hinted.row, slot: this.slot, hinted });
  }

  /** Reads until there is a row or the end. Returns what the partition reports as out of reach. */
  async refill(): Promise<readonly Error[]> {
    const reported: Error[] = [];
    try {
      await this.#lane?.refill(({ pages, truncated, contradicts, unreadable }) => {
        this.#pages += pages;
        if (truncated !== undefined)
          reported.push(contradicts === true ? new Contradiction(truncated) : new Error(truncated));
        if (unreadable !== undefined) this.#unreadable = together(this.#unreadable, unreadable);
      });
      return reported;
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#lane?.close();
  }
}
