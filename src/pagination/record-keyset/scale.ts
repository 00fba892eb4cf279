import type { Direction } from '../../domain/ordered.ts';

/**
 * Times along a walk over records: a larger value is further along, in either direction. So the same code serves walks
 * to newer and to older records.
 */

/** Inclusive bounds of the time by which a list may sort a record, in nanoseconds. */
export interface RecordTimes {
  readonly earliest: bigint;
  readonly latest: bigint;
}

/** How far from its record a row may be and still be placed by its own time. */
export interface Reach {
  /** Nanoseconds before the latest time that the record may be sorted by. */
  readonly before: bigint;
  /** Nanoseconds after the earliest time that the record may be sorted by. */
  readonly after: bigint;
  /** Further than that, as far as so many neighbours on that side reach. A native page holds several times as many. */
  readonly records: number;
}

export class RecordScale {
  /** How far a row may lie behind, and beyond, its record along the walk. */
  readonly behind: bigint;
  readonly beyond: bigint;
  readonly records: number;
  readonly #sign: 1n | -1n;

  constructor(direction: Direction, reach: Reach) {
    this.behind = direction === 'forward' ? reach.before : reach.after;
    this.beyond = direction === 'forward' ? reach.after : reach.before;
    this.records = reach.records;
    this.#sign = direction === 'forward' ? 1n : -1n;
  }

  /** From a time to how far along it is, and back. */
  along(time: bigint): bigint {
    return this.#sign === 1n ? time : -time;
  }

  /** The least that the record may be sorted by, along the walk. */
  near({ earliest, latest }: RecordTimes): bigint {
    return this.#sign === 1n ? earliest : -latest;
  }

  /** The most that the record may be sorted by, along the walk. */
  far({ earliest, latest }: RecordTimes): bigint {
    return this.#sign === 1n ? latest : -earliest;
  }
}

export function least(a: bigint, b: bigint): bigint {
  return b < a ? b : a;
}

export function most(a: bigint, b: bigint): bigint {
  return b > a ? b : a;
}

/** The least of the numbers that came last. */
export class SlidingLeast {
  readonly #width: number;
  /** Numbers that may still become the least, growing, and which in turn each was. */
  #candidates: { readonly value: bigint; readonly turn: number }[] = [];
  #first = 0;
  #turn = 0;

  /** `width`: how many of the last numbers count. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Null: there are no numbers. */
  get least(): bigint | null {
    return this.#candidates[this.#first]?.value ?? null;
  }

  push(value: bigint): void {
    let end = this.#candidates.length;
    for (; end > this.#first && value <= (this.#candidates[end - 1]?.value ?? value); end -= 1);
    this.#candidates.length = end;
    if (this.#width > 0) this.#candidates.push({ value, turn: this.#turn });
    this.#turn += 1;
    const left = this.#candidates[this.#first];
    if (left !== undefined && left.turn < this.#turn - this.#width) this.#first += 1;
    if (this.#first <= this.#width) return;
    this.#candidates = this.#candidates.slice(this.#first);
    this.#first = 0;
  }
}

/** A row that lies beyond the reach of its record along the walk, as far as that is known. */
interface OpenRow<T> {
  readonly row: T;
  readonly at: bigint;
  /** The reach so far: the row lies beyond it. */
  reach: bigint;
  /** How many neighbours that follow may still extend it. */
  left: number;
}

/** Rows that wait for the records that follow, because these may extend the reach of their own. */
export class OpenRows<T> {
  #open: OpenRow<T>[] = [];

  add(row: OpenRow<T>): void {
    this.#open.push(row);
  }

  /** Extends each reach by a record that follows. Returns the rows whose places are certain now, and these places. */
  extend(near: bigint): { readonly row: T; readonly at: bigint }[] {
    const placed: { readonly row: T; readonly at: bigint }[] = [];
    if (this.#open.length === 0) return placed;
    const open: OpenRow<T>[] = [];
    for (const held of this.#open) {
      held.reach = most(held.reach, near);
      held.left -= 1;
      if (held.at > held.reach && held.left > 0) open.push(held);
      else placed.push({ row: held.row, at: least(held.at, held.reach) });
    }
    this.#open = open;
    return placed;
  }

  /** All rows that wait, at their own times, because no record follows. */
  close(): readonly { readonly row: T; readonly at: bigint }[] {
    const open = this.#open;
    this.#open = [];
    return open;
  }

  /** The least reach; null: no row waits. */
  get reach(): bigint | null {
    return this.#open.reduce<bigint | null>((found, { reach }) => least(found ?? reach, reach), null);
  }
}
