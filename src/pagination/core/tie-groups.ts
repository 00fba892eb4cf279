import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { placeGroup, placeOne } from './identity.ts';
import type { Batch, Hint, HintedRow, Identity, Unplaced } from './partition.ts';

/** A native row with its hint. */
export type NativeRow<T extends Ordered> = HintedRow<Unplaced<T>>;

export interface TieGroupOptions<T extends Ordered> {
  readonly identity: Identity<T>;
  readonly direction: Direction;
  readonly from: Position | null;
  readonly until: Position | null;
}

/**
 * Puts native rows, which come sorted by time only, into the total order: rows of one instant are held
 * until a row of another instant shows that the group is whole, then get their tie-breaks and are sorted
 * by them. Rows not beyond `from`, or at or beyond `until`, are left out.
 */
export class TieGroups<T extends Ordered> {
  readonly #options: TieGroupOptions<T>;
  /** The open group. Most groups have one row, so there is no list for it. */
  #first: NativeRow<T> | null = null;
  #others: NativeRow<T>[] | null = null;
  #closedTime: bigint | null = null;
  #ended = false;

  constructor(options: TieGroupOptions<T>) {
    this.#options = options;
  }

  /** True if a row beyond `until` was seen. Then no more rows come out. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The instant of the open group; null if there is none. */
  get pendingTime(): bigint | null {
    return this.#first === null ? null : this.#first.row.time;
  }

  get pendingCount(): number {
    return this.#first === null ? 0 : 1 + (this.#others?.length ?? 0);
  }

  /** Drops the open group, because all of its rows are about to be read again. */
  reset(): void {
    this.#first = null;
    this.#others = null;
  }

  /**
   * Prepares for reading the open group again. Its rows have ids, so they stay; stand-ins for unreadable rows have none
   * and are dropped.
   */
  expectAgain(): void {
    const kept = this.#pending().filter(({ row }) => row.unreadable === undefined);
    this.reset();
    for (const native of kept) this.#hold(native);
  }

  /** Takes rows in the direction of the read and returns those of closed groups: the same objects, with their tie-breaks. */
  push(rows: readonly NativeRow<T>[]): HintedRow<T>[] {
    const out: HintedRow<T>[] = [];
    for (const native of rows) if (!this.#take(native, out)) break;
    return out;
  }

  /** The same for rows that share one hint. */
  pushWith(hint: Hint | null, rows: readonly Unplaced<T>[]): HintedRow<T>[] {
    const out: HintedRow<T>[] = [];
    for (const row of rows) if (!this.#take({ row, hint }, out)) break;
    return out;
  }

  /** Takes a row. False: the read has ended. */
  #take(native: NativeRow<T>, out: HintedRow<T>[]): boolean {
    if (this.#ended) return false;
    const { time } = native.row;
    if (this.#isBehind(time)) return true;
    if (this.#isPastUntil(time)) {
      this.#close(out);
      this.#ended = true;
      return false;
    }
    if (this.#first !== null && this.#first.row.time !== time) {
      this.#close(out);
      // A row out of the vendor's own order, whose group has already been given out.
      if (this.#isBehind(time)) return true;
    }
    this.#hold(native);
    return true;
  }

  #hold(native: NativeRow<T>): void {
    if (this.#first === null) this.#first = native;
    else (this.#others ??= []).push(native);
  }

  #pending(): readonly NativeRow<T>[] {
    return this.#first === null ? [] : [this.#first, ...(this.#others ?? [])];
  }

  /**
   * At the end of the log: closes the open group and adds its rows to `out`. No group is open after a row beyond
   * `until`.
   */
  finish(out: HintedRow<T>[] = []): HintedRow<T>[] {
    this.#close(out);
    return out;
  }

  /** Whether the open group will surely give rows. Null: that depends on their tie-breaks. */
  get pendingIsWanted(): boolean | null {
    const time = this.pendingTime;
    if (time === null) return false;
    const { from, until } = this.#options;
    if (from !== null && from.time === time) return null;
    return until?.time === time ? null : true;
  }

  /** True for rows before `from`, or at or before the closed group. They are no longer wanted. */
  #isBehind(time: bigint): boolean {
    const { direction, from } = this.#options;
    const closed = this.#closedTime;
    if (direction === 'forward') return (from !== null && time < from.time) || (closed !== null && time <= closed);
    return (from !== null && time > from.time) || (closed !== null && time >= closed);
  }

  #isPastUntil(time: bigint): boolean {
    const { direction, until } = this.#options;
    if (until === null) return false;
    return direction === 'forward' ? time > until.time : time < until.time;
  }

  #close(out: HintedRow<T>[]): void {
    const first = this.#first;
    if (first === null) return;
    const { identity } = this.#options;
    this.#closedTime = first.row.time;
    if (this.#others === null) {
      this.reset();
      if (this.#isWithin(placeOne(first.row, identity))) out.push(placedIn(first));
      return;
    }
    const pending = this.#pending();
    this.reset();
    this.#closeGroup(pending, out);
  }

  #closeGroup(pending: readonly NativeRow<T>[], out: HintedRow<T>[]): void {
    const { identity, direction } = this.#options;
    const sign = direction === 'forward' ? 1 : -1;
    const nativeOf = new Map<Unplaced<T>, NativeRow<T>>();
    for (const native of pending) nativeOf.set(native.row, native);
    const placed = placeGroup(
      pending.map(({ row }) => row),
      identity,
    );
    placed.sort((a, b) => comparePositions(a, b) * sign);
    for (const row of placed) {
      const native = nativeOf.get(row);
      if (native !== undefined && this.#isWithin(row)) out.push(placedIn(native));
    }
  }

  /** True if the row is beyond `from` and before `until`. */
  #isWithin(row: T): boolean {
    const { direction, from, until } = this.#options;
    if (from !== null && !isBeyond(row, from, direction)) return false;
    return until === null || isBeyond(until, row, direction);
  }
}

/** Placing a row gives it its tie-break in place (`withTie`), so the native row already holds the placed one. */
function placedIn<T extends Ordered>(native: NativeRow<T>): HintedRow<T> {
  return native as unknown as HintedRow<T>;
}

/** Builds a batch from rows of closed groups. */
export function batchOf<T extends Ordered>(
  rows: readonly HintedRow<T>[],
  more: boolean | null,
  pages: number,
): Batch<T> {
  return { rows, more, pages };
}
