import { mapInTurns } from '../../domain/fair-share.ts';
import { comparePositions } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import type { KeptRows } from '../../domain/kept-rows.ts';
import { contentHash, occurrenceTie, placeOne, withTie } from '../core/identity.ts';
import type { Identity, Unplaced } from '../core/partition.ts';

/** A row of which only the time has been read. It is valid only during the call that offers it. */
export interface LateRow<T extends Ordered> {
  readonly time: bigint;
  /** Memory that it takes when it is kept, about. Left out: nothing that counts. */
  readonly bytes?: number;
  whole(): Unplaced<T>;
  /** The same row in a form that remains valid. */
  keep(): LateRow<T>;
}

/** A row that is kept; `placed` is the row with its tie-break, null until it has one. */
interface KeptRow<T extends Ordered> {
  readonly time: bigint;
  row: Unplaced<T> | LateRow<T>;
  readonly bytes: number;
  placed: T | null;
}

export interface NearestOptions<T extends Ordered> {
  readonly identity: Identity<T>;
  readonly direction: Direction;
  readonly from: Position | null;
  readonly until: Position | null;
  readonly accept?: ((row: T) => boolean) | undefined;
  readonly size: number;
  /** The account of what is kept. */
  readonly account?: KeptRows | undefined;
}

/**
 * Keeps the `size` rows nearest to `from` out of any number that are offered, in bounded memory.
 *
 * Rows are collected up to twice the size and then cut back to the nearest, which sets a bound for later rows. Rows of
 * equal time and content are numbered as they come. They are interchangeable, so each number just has to be used once.
 *
 * Most rows are dropped later by their time alone. So a row gets its tie-break only when its time equals a bound, or at
 * the end, in the order in which rows came.
 */
export class NearestRows<T extends Ordered> {
  readonly #options: NearestOptions<T>;
  readonly #sign: 1 | -1;
  #kept: KeptRow<T>[] = [];
  #bytes = 0;
  /** The number of rows seen for each time and content that is still in reach. */
  #occurrences = new Map<string, { time: bigint; first: string; count: number }>();
  #bound: Position | null = null;
  #overflowed = false;

  constructor(options: NearestOptions<T>) {
    this.#options = options;
    this.#sign = options.direction === 'forward' ? 1 : -1;
  }

  /** True if there were more rows than are kept. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  offer(offered: Unplaced<T> | LateRow<T>): void {
    const { time } = offered;
    const bytes = (isLate(offered) ? offered.bytes : null) ?? 0;
    if (!this.#mayMatter(time)) return;
    const { from, until, accept } = this.#options;
    if (accept === undefined && time !== from?.time && time !== until?.time && time !== this.#bound?.time) {
      this.#hold({ time, row: isLate(offered) ? offered.keep() : offered, bytes, placed: null });
      return;
    }
    const row = isLate(offered) ? offered.whole() : offered;
    const placed = withTie<T>(row, this.#tieOf(row));
    if (from !== null && this.#compare(placed, from) <= 0) return;
    if (until !== null && this.#compare(placed, until) >= 0) return;
    if (this.#bound !== null && this.#compare(placed, this.#bound) > 0) {
      if (accept?.(placed) ?? true) this.#overflowed = true;
      return;
    }
    if (accept === undefined || accept(placed)) this.#hold({ time, row, bytes, placed });
  }

  #hold(held: KeptRow<T>): void {
    this.#kept.push(held);
    this.#account(this.#bytes + held.bytes);
    if (this.#kept.length >= 2 * this.#options.size + 16) this.#cut();
  }

  /** Throws if there is no room for what is kept; then nothing is. */
  #account(bytes: number): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    const { account } = this.#options;
    try {
      account?.set(bytes);
    } catch (error) {
      [this.#kept, this.#bytes] = [[], 0];
      account?.set(0);
      throw error;
    }
  }

  /** The kept rows, in the direction of the read. */
  async take(): Promise<readonly T[]> {
    this.#cut();
    // Rows are in order of time now. A row whose neighbours have other instants can compute its tie-break on demand.
    const kept = this.#kept;
    const isAlone = ({ time }: KeptRow<T>, index: number): boolean =>
      kept[index - 1]?.time !== time && kept[index + 1]?.time !== time;
    const alone = new Set(kept.filter(isAlone));
    const placed = await mapInTurns(kept, (held) => this.#place(held, alone.has(held)));
    return placed.sort((a, b) => this.#compare(a, b));
  }

  /** Checks the time alone, before any hashing. Most rows of a large answer are dropped here. */
  #mayMatter(time: bigint): boolean {
    const { from, until } = this.#options;
    if (from !== null && this.#compareTimes(time, from.time) < 0) return false;
    if (until !== null && this.#compareTimes(time, until.time) > 0) return false;
    if (this.#bound !== null && this.#compareTimes(time, this.#bound.time) > 0) {
      // Beyond what is kept. Without a residual filter, it is enough to know that such a row exists.
      if (this.#overflowed) return false;
      if (this.#options.accept === undefined && until === null) {
        this.#overflowed = true;
        return false;
      }
    }
    return true;
  }

  #tieOf(row: Unplaced<T>): string {
    const { identity } = this.#options;
    if (identity.by === 'id') return identity.of(row);
    const hash = contentHash(identity.of(row));
    const key = `${row.time}/${hash}`;
    const seen = this.#occurrences.get(key);
    if (seen === undefined) {
      const first = occurrenceTie(hash, 0);
      this.#occurrences.set(key, { time: row.time, first, count: 1 });
      return first;
    }
    seen.count += 1;
    return occurrenceTie(hash, seen.count - 1);
  }

  #place(held: KeptRow<T>, isAlone = false): T {
    if (held.placed !== null) return held.placed;
    const row = isLate(held.row) ? held.row.whole() : held.row;
    held.placed = isAlone ? placeOne<T>(row, this.#options.identity) : withTie<T>(row, this.#tieOf(row));
    // The bytes that it was read from are no longer needed.
    held.row = held.placed;
    return held.placed;
  }

  #cut(): void {
    const { size } = this.#options;
    // The sort is stable: rows of one time keep their order of arrival.
    this.#kept.sort((a, b) => this.#compareTimes(a.time, b.time));
    if (this.#kept.length <= size) return;
    const border = this.#kept[size - 1]?.time ?? 0n;
    const before = this.#kept.filter(({ time }) => this.#compareTimes(time, border) < 0);
    const atBorder = this.#kept
      .filter(({ time }) => time === border)
      .map(({ bytes, ...held }) => ({ time: border, bytes, placed: this.#place({ bytes, ...held }) }));
    const near = atBorder.sort((a, b) => this.#compare(a.placed, b.placed)).slice(0, size - before.length);
    const kept = near.map(({ placed }) => placed);
    this.#kept = [...before, ...near.map((held) => ({ ...held, row: held.placed }))];
    this.#account(this.#kept.reduce((sum, { bytes }) => sum + bytes, 0));
    this.#overflowed = true;
    const last = kept.at(-1) as T;
    this.#bound = { time: last.time, tie: last.tie };
    for (const [key, { time, first }] of this.#occurrences) {
      const order = this.#compareTimes(time, last.time);
      // Numbers increase. Only in a forward read does a first row out of reach mean that later numbers are out of reach
      // too.
      if (order > 0 || (order === 0 && this.#sign === 1 && first > last.tie)) this.#occurrences.delete(key);
    }
  }

  #compare(a: Position, b: Position): number {
    return comparePositions(a, b) * this.#sign;
  }

  #compareTimes(a: bigint, b: bigint): number {
    return (a === b ? 0 : a < b ? -1 : 1) * this.#sign;
  }
}

function isLate<T extends Ordered>(row: Unplaced<T> | LateRow<T>): row is LateRow<T> {
  return 'whole' in row;
}
