import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { withTie } from '../core/identity.ts';
import type { Hint } from '../core/partition.ts';
import type { KeyedRecord } from './list.ts';
import { least, most } from './scale.ts';
import type { RecordScale, RecordTimes } from './scale.ts';
import type { Anchor, WalkedRecord } from './walk.ts';

/**
 * Puts the rows of records in time order while the records are walked. A row lies somewhere around its record. It waits
 * here until no record that is still to come can have one before it.
 *
 * A row that lies too far from its record is placed where the reach of the record ends. That place depends on the record
 * and its neighbours alone, so every walk finds the row there.
 */

/** A record that may still be an anchor of a row's hint, or that reaches of others depend on. */
interface Seen {
  readonly id: string;
  readonly nameless: boolean;
  readonly offset: number | null;
  readonly far: bigint;
  readonly near: bigint;
  /** This record and all before it have their rows before this; null until enough records have followed. */
  passedAt: bigint | null;
  /** This record and all after it have their rows beyond this; null: records that decide it were not seen. */
  readonly aheadAt: bigint | null;
}

/** A row whose record's reach along the walk is not known to its end yet. */
interface OpenRow<T> {
  readonly row: T;
  at: bigint;
  /** The reach so far: the row lies beyond it. */
  reach: bigint;
  /** How many records that follow may still extend it. */
  left: number;
}

interface Given<T> {
  readonly rows: T[];
  readonly hints: (Hint | null)[];
}

export class RecordWindow<T extends Ordered> {
  readonly #scale: RecordScale;
  readonly #direction: Direction;
  /** Where the read began, and then the last row that was given out. */
  #reached: Position | null;
  readonly #until: Position | null;
  #waiting: T[] = [];
  #open: OpenRow<T>[] = [];
  /** In walk order. */
  #seen: Seen[] = [];
  #count = 0;
  #furthest: bigint | null = null;
  readonly #order = new ShownOrder();
  /** What lies behind the first record of this read: where the read itself began. Null: that end of the log. */
  #origin: Anchor | null = null;
  #originKnown: boolean;

  constructor(scale: RecordScale, options: { direction: Direction; from: Position | null; until: Position | null }) {
    this.#scale = scale;
    this.#direction = options.direction;
    this.#reached = options.from;
    this.#until = options.until;
    this.#originKnown = options.from === null;
  }

  startedAt(anchor: Anchor | 'end'): void {
    this.#origin = anchor === 'end' ? null : anchor;
    this.#originKnown = true;
  }

  /** The next records of the walk. */
  add(walked: readonly WalkedRecord<T>[]): void {
    for (const { record } of walked) this.#order.see(record, this.#direction);
    for (const { record, offset } of walked) this.#add(record, offset);
  }

  #add(record: KeyedRecord<T>, offset: number | null): void {
    const { records, behind, beyond } = this.#scale;
    const [near, far] = [this.#scale.near(record), this.#scale.far(record)];
    const preceding = records === 0 ? [] : this.#seen.slice(-records);
    const isStart = this.#count < records;
    const aheadAt = isStart ? null : least(near - behind, preceding[0]?.near ?? near);
    this.#seen.push({ id: record.id, nameless: record.nameless === true, offset, near, far, passedAt: null, aheadAt });
    this.#count += 1;
    const settled = this.#seen.at(-1 - records);
    if (settled !== undefined) settled.passedAt = most(settled.far + beyond, far);
    this.#furthest = most(near, this.#furthest ?? near);
    this.#extend(near);
    // Between a run's scheduling and its invocation may lie more than both reaches together. Then a row that is within
    // neither has its place at that end by which the list is sorted.
    const [after, before] = [far - behind, near + beyond];
    const isFirm = this.#order.isByLatest === (this.#direction === 'forward');
    const low = isStart
      ? null
      : least(isFirm ? after : least(after, before), far, ...preceding.map((other) => other.far));
    const reach = most(isFirm ? most(after, before) : before, near);
    for (const row of record.rows) {
      const time = this.#scale.along(row.time);
      const at = low === null ? time : most(time, low);
      this.#hold({ row: withTie<T>(row, row.tie), at, reach, left: records });
    }
  }

  /** Has the walk got past `until`? */
  get ended(): boolean {
    if (this.#until === null || this.#waiting.length > 0) return false;
    const until = this.#scale.along(this.#until.time);
    const frontier = this.#frontier();
    return frontier !== null && frontier > until && this.#open.every(({ reach }) => reach > until);
  }

  get holdsWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** The rows that nothing can come before any more. */
  takeReady(): Given<T> {
    const frontier = this.#frontier();
    if (frontier === null) return { rows: [], hints: [] };
    const border = least(frontier, ...this.#open.map(({ reach }) => reach));
    const isReady = (row: T): boolean => this.#scale.along(row.time) < border;
    const ready = this.#waiting.filter(isReady);
    this.#waiting = this.#waiting.filter((row) => !isReady(row));
    return this.#giveOut(ready);
  }

  /** No record follows: everything that waits is ready. */
  finish(): Given<T> {
    for (const { row, at } of this.#open) this.#place(row, at);
    this.#open = [];
    const ready = this.#waiting;
    this.#waiting = [];
    return this.#giveOut(ready, true);
  }

  /** Rows of records that are still to come lie at or beyond this; null: they may lie anywhere. */
  #frontier(): bigint | null {
    const { records, behind } = this.#scale;
    if (this.#furthest === null || this.#count < records) return null;
    const neighbours = records === 0 ? [] : this.#seen.slice(-records);
    return least(this.#furthest - behind, ...neighbours.map(({ far }) => far));
  }

  /** A record that follows extends the reach of those before it. */
  #extend(near: bigint): void {
    const open = this.#open;
    this.#open = [];
    for (const held of open) this.#hold({ ...held, reach: most(held.reach, near), left: held.left - 1 });
  }

  #hold(held: OpenRow<T>): void {
    if (held.at > held.reach && held.left > 0) this.#open.push(held);
    else this.#place(held.row, least(held.at, held.reach));
  }

  #place(row: T, at: bigint): void {
    const placed: T = Object.assign(row, { time: this.#scale.along(at) });
    // Behind where the walk has got to: a late row, which this walk does not owe any more.
    if (this.#reached !== null && !isBeyond(placed, this.#reached, this.#direction)) return;
    if (this.#until !== null && !isBeyond(this.#until, placed, this.#direction)) return;
    this.#waiting.push(placed);
  }

  #giveOut(rows: T[], atEnd = false): Given<T> {
    const sign = this.#direction === 'forward' ? 1 : -1;
    rows.sort((a, b) => comparePositions(a, b) * sign);
    const hints = rows.map((row) => this.#hintOf(this.#scale.along(row.time), atEnd));
    this.#reached = rows.at(-1) ?? this.#reached;
    if (this.#reached !== null) this.#forget(this.#scale.along(this.#reached.time));
    return { rows, hints };
  }

  /** The records next to those that matter at that place, on either side. */
  #hintOf(at: bigint, atEnd: boolean): Hint | null {
    const behind = this.#seen.findLast(({ nameless, passedAt }) => !nameless && passedAt !== null && passedAt < at);
    const ahead = this.#seen.find(({ nameless, aheadAt }) => !nameless && aheadAt !== null && aheadAt > at);
    const origin = this.#originKnown ? writtenAnchor(this.#origin) : undefined;
    const back = behind === undefined ? origin : this.#written(behind, behind.passedAt);
    const front = ahead === undefined ? (atEnd ? null : undefined) : this.#written(ahead, ahead.aheadAt);
    if (back === undefined || front === undefined) return null;
    return this.#direction === 'forward' ? [back, front] : [front, back];
  }

  #written({ id, offset }: Seen, bound: bigint | null): Hint {
    return writtenAnchor({ id, offset, bound: this.#scale.along(bound ?? 0n) });
  }

  /** Drops records that no row still to come can have as an anchor, and that decide no reach. */
  #forget(at: bigint): void {
    const nearest = this.#seen.findLastIndex(({ passedAt }) => passedAt !== null && passedAt < at);
    const kept = this.#seen.length - this.#scale.records - 1;
    const stale = Math.min(nearest, kept);
    if (stale > 0) this.#seen = this.#seen.slice(stale);
  }
}

/** By which of their two times the records have turned out to be sorted. */
class ShownOrder {
  #last: RecordTimes | null = null;
  #earliestTurns = false;
  #latestTurns = false;

  /** Not by the earliest: so by the latest. */
  get isByLatest(): boolean {
    return this.#earliestTurns && !this.#latestTurns;
  }

  see(record: RecordTimes, direction: Direction): void {
    const last = this.#last;
    this.#last = record;
    if (last === null) return;
    const [older, newer] = direction === 'forward' ? [last, record] : [record, last];
    this.#earliestTurns ||= older.earliest > newer.earliest;
    this.#latestTurns ||= older.latest > newer.latest;
  }
}

/** An anchor as it stands in a hint; null is that end of the log. */
function writtenAnchor(anchor: Anchor | null): Hint {
  return anchor === null ? null : [anchor.id, anchor.offset, String(anchor.bound)];
}
