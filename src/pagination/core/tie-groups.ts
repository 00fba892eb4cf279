import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { placeGroup, placeOne } from './identity.ts';
import type { Batch, Hint, Identity, Unplaced } from './partition.ts';
import { noRows } from './hinted-rows.ts';
import type { RowsOut } from './hinted-rows.ts';
import type { HintedRows } from './partition.ts';

/** A native row with its hint. */
export interface NativeRow<T extends Ordered> {
  readonly row: Unplaced<T>;
  readonly hint: Hint | null;
}

export interface TieGroupOptions<T extends Ordered> {
  readonly identity: Identity<T>;
  readonly direction: Direction;
  readonly from: Position | null;
  readonly until: Position | null;
}

/**
 * Makes the hint of a row when its group is closed. `next`: the hint of the first row after the group, if one was seen.
 */
export type CloseHint = (own: Hint | null, next: Hint | null) => Hint | null;

/**
 * Puts native rows, which come sorted by time only, into the total order: rows of one instant are held
 * until a row of another instant shows that the group is whole, then get their tie-breaks and are sorted
 * by them. Rows not beyond `from`, or at or beyond `until`, are left out.
 */
export class TieGroups<T extends Ordered> {
  readonly #options: TieGroupOptions<T>;
  readonly #closeHint: CloseHint;
  #pending: NativeRow<T>[] = [];
  #closedTime: bigint | null = null;
  #ended = false;

  constructor(options: TieGroupOptions<T>, closeHint: CloseHint = (own) => own) {
    this.#options = options;
    this.#closeHint = closeHint;
  }

  /** True if a row beyond `until` was seen. Then no more rows come out. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The instant of the open group; null if there is none. */
  get pendingTime(): bigint | null {
    return this.#pending[0]?.row.time ?? null;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Drops the open group, because all of its rows are about to be read again. */
  reset(): void {
    this.#pending = [];
  }

  /**
   * Prepares for reading the open group again. Its rows have ids, so they stay; stand-ins for unreadable rows have none
   * and are dropped.
   */
  expectAgain(): void {
    this.#pending = this.#pending.filter(({ row }) => row.unreadable === undefined);
  }

  /** Takes rows in the direction of the read and returns the rows of closed groups. */
  push(rows: readonly NativeRow<T>[]): RowsOut<T> {
    const out = noRows<T>();
    for (const native of rows) {
      if (this.#ended) break;
      const time = native.row.time;
      if (this.#isBehind(time)) continue;
      if (this.#isPastUntil(time)) {
        this.#close(out, native.hint);
        this.#ended = true;
        break;
      }
      if (this.#pending.length > 0 && this.pendingTime !== time) {
        this.#close(out, native.hint);
        // A row out of the vendor's own order, whose group has already been given out.
        if (this.#isBehind(time)) continue;
      }
      this.#pending.push(native);
    }
    return out;
  }

  /**
   * At the end of the log: closes the open group and adds its rows to `out`. No group is open after a row beyond
   * `until`.
   */
  finish(out = noRows<T>()): RowsOut<T> {
    this.#close(out, null);
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
    const sign = direction === 'forward' ? 1 : -1;
    if (from !== null && compareTimes(time, from.time) * sign < 0) return true;
    return this.#closedTime !== null && compareTimes(time, this.#closedTime) * sign <= 0;
  }

  #isPastUntil(time: bigint): boolean {
    const { direction, until } = this.#options;
    if (until === null) return false;
    return compareTimes(time, until.time) * (direction === 'forward' ? 1 : -1) > 0;
  }

  #close(out: RowsOut<T>, next: Hint | null): void {
    const first = this.#pending[0];
    if (first === undefined) return;
    const { identity, direction, from, until } = this.#options;
    const sign = direction === 'forward' ? 1 : -1;
    if (this.#pending.length === 1) {
      const row = placeOne(first.row, identity);
      this.#closedTime = first.row.time;
      this.#pending = [];
      if (from !== null && !isBeyond(row, from, direction)) return;
      if (until !== null && comparePositions(row, until) * sign >= 0) return;
      out.rows.push(row);
      out.hints.push(this.#closeHint(first.hint, next));
      return;
    }
    const hintOf = new Map<Unplaced<T>, Hint | null>();
    for (const native of this.#pending) hintOf.set(native.row, native.hint);
    const placed = placeGroup(
      this.#pending.map((native) => native.row),
      identity,
    );
    placed.sort((a, b) => comparePositions(a, b) * sign);
    for (const row of placed) {
      if (from !== null && !isBeyond(row, from, direction)) continue;
      if (until !== null && comparePositions(row, until) * sign >= 0) continue;
      out.rows.push(row);
      // Only the group's last row is followed by the next group.
      out.hints.push(this.#closeHint(hintOf.get(row) ?? null, row === placed.at(-1) ? next : null));
    }
    this.#closedTime = first.row.time;
    this.#pending = [];
  }
}

function compareTimes(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Builds a batch from rows of closed groups. */
export function batchOf<T extends Ordered>(
  { rows, hints }: HintedRows<T>,
  more: boolean | null,
  pages: number,
): Batch<T> {
  return { rows, hints, more, pages };
}
