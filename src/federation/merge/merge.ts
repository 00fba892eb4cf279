import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { compareMerged, isUntouched, untouched } from '../cursor/position.ts';
import type { MergedPosition, PartitionMark } from '../cursor/position.ts';
import { FailedScope } from './failed-scope.ts';
import { MergeLane } from './lane.ts';
import type { MergedRow, MergeOptions } from './lane.ts';
import { positionIn } from './slot.ts';
import type { Slot } from './slot.ts';
import { UnreadableRows } from '../failures.ts';

/**
 * A streaming k-way merge of partitions. The merged order is time, then scope, then partition, then the row's own
 * tie-break: a total order, so that one position is enough for all partitions. Only a failed partition has a position
 * of its own.
 */

/** A partition that failed, or that reported a part of it as out of reach. */
export interface SlotFailure<T extends Ordered> {
  readonly slot: Slot<T>;
  readonly error: unknown;
  /** True if only some rows are missing and the rest of the partition can be read. */
  readonly partial: boolean;
}

export class Merge<T extends Ordered> {
  readonly #options: MergeOptions<T>;
  readonly #lanes: MergeLane<T>[];
  readonly #failures: SlotFailure<T>[] = [];

  constructor(options: MergeOptions<T>, call: Call) {
    this.#options = options;
    this.#lanes = options.slots.map((slot) => new MergeLane(slot, options, call));
  }

  get failures(): readonly SlotFailure<T>[] {
    const unreadable = this.#lanes.flatMap((lane): SlotFailure<T>[] =>
      lane.unreadable === null ? [] : [{ slot: lane.slot, error: new UnreadableRows(lane.unreadable), partial: true }],
    );
    return [...this.#failures, ...unreadable];
  }

  /** Native pages read so far. */
  get pages(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.pages, 0);
  }

  /** The next row in merged order, whether the filter accepts it or not; null at the end. */
  async next(): Promise<MergedRow<T> | null> {
    await this.#fill();
    return this.#first()?.take() ?? null;
  }

  /** The next row if no partition has to be read for it; otherwise, and at the end, null. */
  nextReady(): MergedRow<T> | null {
    return this.hasReady() ? (this.#first()?.take() ?? null) : null;
  }

  /**
   * Moves rows of the only partition that has any left to the end of a list, at most `most`. Returns how many: 0 if a
   * call is needed, or if several partitions have rows that have to be compared.
   */
  takeAlone(rows: MergedRow<T>[], most: number): number {
    const [lane, ...others] = this.#lanes.filter(({ head, isOpen }) => head !== null || isOpen);
    if (lane === undefined || lane.head === null || others.length > 0) return 0;
    const before = rows.length;
    lane.takeInto(rows, most);
    return rows.length - before;
  }

  /** True: there is another row. False: there is none. Null: only a call to a vendor can tell. */
  peek(): boolean | null {
    if (this.#lanes.some((lane) => lane.head !== null)) return true;
    if (this.#lanes.some((lane) => lane.isOpen && lane.more === true)) return true;
    return this.#lanes.some((lane) => lane.isOpen && lane.more !== false) ? null : false;
  }

  /** True if the next row, or the end, is known without a further call. */
  hasReady(): boolean {
    return this.#lanes.every((lane) => lane.head !== null || !lane.isOpen);
  }

  /**
   * How to continue from `base`, given the last row taken from each partition: hints, and the positions of partitions
   * that are behind because their source failed, on this page or an earlier one.
   */
  marks(taken: ReadonlyMap<Slot<T>, MergedRow<T>>, base: MergedPosition): PartitionMark[] {
    const marks: PartitionMark[] = [];
    for (const lane of this.#lanes) {
      const { slot } = lane;
      if (slot.partition instanceof FailedScope) {
        marks.push(...this.#marksOfScope(slot.scope));
        continue;
      }
      const last = taken.get(slot);
      const mark = {
        scope: slot.scope,
        partition: slot.partition.key,
        hint: last === undefined ? lane.startHint : last.hinted.hint,
      };
      const place = last?.row ?? lane.start ?? untouched(this.#options.direction);
      const isBehind = lane.mayBeBehind && this.#isBehind(positionIn(slot, place), base);
      if (isBehind) marks.push({ ...mark, at: { time: place.time, tie: place.tie } });
      else if (mark.hint !== null) marks.push(mark);
    }
    return marks;
  }

  /** A scope whose partitions could not be listed stays where this page began, each partition at its own position. */
  #marksOfScope(scope: number): PartitionMark[] {
    const { from, direction } = this.#options;
    const carried = from?.marks.filter((mark) => mark.scope === scope) ?? [];
    if (carried.some(({ whole }) => whole !== undefined)) return carried;
    const place = from?.position ?? { ...untouched(direction), scope, partition: '' };
    const at = { time: place.time, tie: place.tie };
    return [...carried, { scope, partition: '', hint: null, at, whole: place }];
  }

  /**
   * The common position after a row. It never moves back behind the position where the page began, even if the row of a
   * partition that was behind is earlier.
   */
  baseAt(position: MergedPosition): MergedPosition {
    const from = this.#options.from?.position;
    return from !== undefined && !isUntouched(from) && this.#isBehind(position, from) ? from : position;
  }

  #isBehind(position: MergedPosition, base: MergedPosition): boolean {
    const order = compareMerged(position, base);
    return this.#options.direction === 'forward' ? order < 0 : order > 0;
  }

  /** Stops all reads. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(async (lane) => lane.close()));
  }

  /** Reads ahead until every open lane has a head. Lanes without one call their vendors in parallel. */
  async #fill(): Promise<void> {
    const empty = this.#lanes.filter((lane) => lane.head === null && lane.isOpen);
    if (empty.length === 0) return;
    await Promise.all(
      empty.map(async (lane) => {
        try {
          const truncated = await lane.refill();
          for (const error of truncated) this.#failures.push({ slot: lane.slot, error, partial: true });
        } catch (error) {
          this.#failures.push({ slot: lane.slot, error, partial: false });
        }
      }),
    );
  }

  #first(): MergeLane<T> | null {
    let best: MergeLane<T> | null = null;
    for (const lane of this.#lanes) {
      if (lane.head === null) continue;
      const ahead = best?.head ?? null;
      if (best === null || ahead === null || this.#comesBefore(lane, lane.head, best, ahead)) best = lane;
    }
    return best;
  }

  #comesBefore(a: MergeLane<T>, rowA: T, b: MergeLane<T>, rowB: T): boolean {
    const order = compareMerged(positionIn(a.slot, rowA), positionIn(b.slot, rowB));
    return this.#options.direction === 'forward' ? order < 0 : order > 0;
  }
}
