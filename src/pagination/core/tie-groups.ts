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
  #first: Unplaced<T> | null = null;
  #firstHint: Hint | null = null;
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
    return this.#first === null ? null : this.#first.time;
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
    for (const { row, hint } of kept) this.#hold(row, hint);
  }

  /** Takes rows in the direction of the read and returns the rows of closed groups. */
  push(rows: readonly NativeRow<T>[]): HintedRow<T>[] {
    const out: HintedRow<T>[] = [];
    for (const { row, hint } of rows) if (!this.#take(row, hint, out)) break;
    return out;
  }

  /** The same for rows that share one hint. */
  pushWith(hint: Hint | null, rows: readonly Unplaced<T>[]): HintedRow<T>[] {
    const out: HintedRow<T>[] = [];
    for (const row of rows) if (!this.#take(row, hint, out)) break;
    return out;
  }

  /** Takes a row. False: the read has ended. */
  #take(row: Unplaced<T>, hint: Hint | null, out: HintedRow<T>[]): boolean {
    if (this.#ended) return false;
    const { time } = row;
    if (this.#isBehind(time)) return true;
    if (this.#isPastUntil(time)) {
      this.#close(out);
      this.#ended = true;
      return false;
    }
    if (this.#first !== null && this.#first.time !== time) {
      this.#close(out);
      // A row out of the vendor's own order, whose group has already been given out.
      if (this.#isBehind(time)) return true;
    }
    this.#hold(row, hint);
    return true;
  }

  #hold(row: Unplaced<T>, hint: Hint | null): void {
    if (this.#first !== null) (this.#others ??= []).push({ row, hint });
    else {
      this.#first = row;
      this.#firstHint = hint;
    }
  }

  #pending(): readonly NativeRow<T>[] {
    return this.#first === null ? [] : [{ row: this.#first, hint: this.#firstHint }, ...(this.#others ?? [])];
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
    this.#closedTime = first.time;
    if (this.#others === null) {
      const hint = this.#firstHint;
      this.reset();
      const row = placeOne(first, identity);
      if (this.#isWithin(row)) out.push({ row, hint });
      return;
    }
    const pending = this.#pending();
    this.reset();
    this.#closeGroup(pending, out);
  }

  #closeGroup(pending: readonly NativeRow<T>[], out: HintedRow<T>[]): void {
    const { identity, direction } = this.#options;
    const sign = direction === 'forward' ? 1 : -1;
    const hintOf = new Map<Unplaced<T>, Hint | null>();
    for (const native of pending) hintOf.set(native.row, native.hint);
    const placed = placeGroup(
      pending.map((native) => native.row),
      identity,
    );
    placed.sort((a, b) => comparePositions(a, b) * sign);
    for (const row of placed) if (this.#isWithin(row)) out.push({ row, hint: hintOf.get(row) ?? null });
  }

  /** True if the row is beyond `from` and before `until`. */
  #isWithin(row: T): boolean {
    const { direction, from, until } = this.#options;
    if (from !== null && !isBeyond(row, from, direction)) return false;
    return until === null || isBeyond(until, row, direction);
  }
}

/** Builds a batch from rows of closed groups. */
export function batchOf<T extends Ordered>(
  rows: readonly HintedRow<T>[],
  more: boolean | null,
  pages: number,
): Batch<T> {
  return { rows, more, pages };
}
