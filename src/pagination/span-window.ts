import { comparePositions, isBeyond } from '../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../domain/ordered.ts';
import type { Hint, Unplaced } from './partition.ts';
import { withTie } from './identity.ts';
import type { KeyedRecord } from './record-keyset.ts';
import type { Anchor } from './record-walk.ts';

/**
 * Restores time order over records whose rows may lie up to `span` after their record. Rows wait here
 * until no record that is still to come can have one before them.
 */
export class SpanWindow<T extends Ordered> {
  readonly #span: bigint;
  readonly #direction: Direction;
  readonly #sign: 1 | -1;
  /** Where the read began, and then the last row that was given out. */
  #reached: Position | null;
  readonly #until: Position | null;
  #waiting: T[] = [];
  /** Records in walk order that may still be an anchor of a row's hint. */
  #seen: Anchor[] = [];
  /** Rows lie beyond this in the walk's direction from now on. */
  #frontier: bigint | null = null;
  /** What lies behind the first record of this read: where the read itself began. Null: that end of the log. */
  #origin: Anchor | null = null;
  #originKnown: boolean;

  constructor(span: bigint, options: { direction: Direction; from: Position | null; until: Position | null }) {
    this.#span = span;
    this.#direction = options.direction;
    this.#sign = options.direction === 'forward' ? 1 : -1;
    this.#reached = options.from;
    this.#until = options.until;
    this.#originKnown = options.from === null;
  }

  startedAt(anchor: Anchor | 'end'): void {
    this.#origin = anchor === 'end' ? null : anchor;
    this.#originKnown = true;
  }

  add(record: KeyedRecord<T>, offset: number | null): void {
    this.#seen.push({ id: record.id, time: record.time, offset });
    this.#frontier = this.#furthest(this.#direction === 'forward' ? record.time : record.time + this.#span);
    for (const row of record.rows) {
      const time = clamp(row.time, record.time, record.time + this.#span);
      const placed = withTie<T>({ ...row, time }, row.tie);
      // Behind where the walk has got to: a late row, which this walk does not owe any more.
      if (this.#reached !== null && !isBeyond(placed, this.#reached, this.#direction)) continue;
      if (this.#isPastUntil(placed)) continue;
      this.#waiting.push(placed);
    }
  }

  /** Has the walk got past `until`? */
  get ended(): boolean {
    if (this.#until === null || this.#frontier === null) return false;
    return this.#compareTimes(this.#frontier, this.#until.time) > 0 && this.#waiting.length === 0;
  }

  get holdsWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** The rows that nothing can come before any more. */
  takeReady(): { rows: T[]; hints: (Hint | null)[] } {
    const frontier = this.#frontier;
    if (frontier === null) return { rows: [], hints: [] };
    const ready = this.#waiting.filter((row) => this.#compareTimes(row.time, frontier) < 0);
    this.#waiting = this.#waiting.filter((row) => this.#compareTimes(row.time, frontier) >= 0);
    return this.#giveOut(ready);
  }

  /** The log ends here: everything that waits is ready. */
  finish(): { rows: T[]; hints: (Hint | null)[] } {
    const ready = this.#waiting;
    this.#waiting = [];
    return this.#giveOut(ready, true);
  }

  #giveOut(rows: T[], atEnd = false): { rows: T[]; hints: (Hint | null)[] } {
    rows.sort((a, b) => comparePositions(a, b) * this.#sign);
    const hints = rows.map((row) => this.#hintOf(row.time, atEnd));
    this.#reached = rows.at(-1) ?? this.#reached;
    this.#forget(rows.at(-1)?.time ?? null);
    return { rows, hints };
  }

  /**
   * The records next to those that matter at that instant, on either side: the newest one too old to have
   * a row there, and the oldest one that is newer.
   */
  #hintOf(time: bigint, atEnd: boolean): Hint | null {
    const older = this.#edge((record) => record.time < time - this.#span, 'newest');
    const newer = this.#edge((record) => record.time > time, 'oldest');
    const [behind, ahead] = this.#direction === 'forward' ? [older, newer] : [newer, older];
    const back = behind ?? (this.#originKnown ? (this.#origin ?? END) : null);
    const front = ahead ?? (atEnd ? END : null);
    if (back === null || front === null) return null;
    const [old, young] = this.#direction === 'forward' ? [back, front] : [front, back];
    return [written(old), written(young)];
  }

  #edge(fits: (record: { time: bigint }) => boolean, which: 'newest' | 'oldest'): Anchor | null {
    const fromWalkEnd = (which === 'newest') === (this.#direction === 'forward');
    return (fromWalkEnd ? this.#seen.findLast(fits) : this.#seen.find(fits)) ?? null;
  }

  /** Drops records that no row still to come can have as an anchor, but for the one nearest to those. */
  #forget(time: bigint | null): void {
    if (time === null) return;
    const stale = (record: { time: bigint }): boolean =>
      this.#direction === 'forward' ? record.time < time - this.#span : record.time > time;
    const nearest = this.#seen.findLastIndex(stale);
    if (nearest > 0) this.#seen = this.#seen.slice(nearest);
  }

  #furthest(time: bigint): bigint {
    if (this.#frontier === null) return time;
    return this.#compareTimes(time, this.#frontier) > 0 ? time : this.#frontier;
  }

  #isPastUntil(row: T): boolean {
    return this.#until !== null && comparePositions(row, this.#until) * this.#sign >= 0;
  }

  #compareTimes(a: bigint, b: bigint): number {
    return (a === b ? 0 : a < b ? -1 : 1) * this.#sign;
  }
}

/** That end of the log itself. */
const END = 'end' as const;

/** An anchor as it stands in a hint. */
function written(anchor: Anchor | typeof END): Hint {
  return anchor === END ? null : [anchor.id, anchor.offset, String(anchor.time)];
}

function clamp(time: bigint, low: bigint, high: bigint): bigint {
  if (time < low) return low;
  return time > high ? high : time;
}

/** A row with its place in the order already on it. */
export type TiedRow<T extends Ordered> = Unplaced<T> & { readonly tie: string };
