import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { withTie } from '../core/identity.ts';
import type { HintedRow } from '../core/partition.ts';
import type { KeyedRecord } from './list.ts';
import { Anchors } from './anchors.ts';
import type { Seen } from './anchors.ts';
import { least, most, SlidingLeast } from './scale.ts';
import type { RecordScale } from './scale.ts';
import type { ShownOrder } from './shown-order.ts';
import type { Anchor, WalkedRecord } from './walk.ts';

/**
 * Puts the rows of records in time order while a walk reads the records. A row lies somewhere around its record. It
 * waits here until no further record can have a row before it.
 *
 * A row that is too far from its record is placed at the end of the record's reach. That place depends only on the
 * record and its neighbours, so every walk places the row there.
 */

/** A row whose record's reach along the walk is not yet fully known. */
interface OpenRow<T> {
  readonly row: T;
  readonly at: bigint;
  /** The reach so far: the row lies beyond it. */
  reach: bigint;
  /** How many records that follow may still extend it. */
  left: number;
}

export class RecordWindow<T extends Ordered> {
  readonly #scale: RecordScale;
  readonly #direction: Direction;
  readonly #from: Position | null;
  /** The start of the read, later the last row that was given out. */
  #reached: Position | null;
  readonly #until: Position | null;
  #waiting: T[] = [];
  #open: OpenRow<T>[] = [];
  /** In walk order. */
  #seen: Seen[] = [];
  /** The least `far` of as many records as the reach has, up to the last one. */
  readonly #nearest: SlidingLeast;
  /** What is given out next, in its order, and whether no record follows. */
  #ready: T[] = [];
  #given = 0;
  #atEnd = false;
  #anchors: Anchors | null = null;
  #count = 0;
  #furthest: bigint | null = null;
  readonly #shown: ShownOrder;
  /** No row of the records so far lies beyond this, but for what records that follow extend. */
  #furthestRow: bigint | null = null;
  #isLate = false;
  /** What lies behind the first record of this read: where the read itself began. Null: that end of the log. */
  #origin: Anchor | null = null;
  #originKnown: boolean;

  constructor(
    scale: RecordScale,
    options: { direction: Direction; from: Position | null; until: Position | null },
    shown: ShownOrder,
  ) {
    this.#scale = scale;
    this.#shown = shown;
    this.#direction = options.direction;
    this.#from = options.from;
    this.#reached = options.from;
    this.#until = options.until;
    this.#originKnown = options.from === null;
    this.#nearest = new SlidingLeast(scale.records);
  }

  startedAt(anchor: Anchor | 'end'): void {
    this.#origin = anchor === 'end' ? null : anchor;
    this.#originKnown = true;
    this.#furthestRow = anchor === 'end' ? null : this.#scale.along(anchor.bound);
  }

  /** The next records of the walk. `isDirectionKnown`: whether the walk knows which way the list goes. */
  add(walked: readonly WalkedRecord<T>[], isDirectionKnown: boolean): void {
    this.#shown.see(
      walked.map(({ record }) => record),
      isDirectionKnown,
    );
    for (const { record, offset } of walked) this.#add(record, offset);
  }

  #add(record: KeyedRecord<T>, offset: number | null): void {
    const { records, behind, beyond } = this.#scale;
    // Where the two times are further apart than rows reach, rows lie around that one by which the list is sorted.
    const placing = this.#shown.placingTimes(record);
    const [near, far] = [this.#scale.near(placing), this.#scale.far(placing)];
    const isForward = this.#direction === 'forward';
    // Towards older records, those that follow may be nearer by the time by which this one is not placed.
    const bound = isForward ? near : least(near, this.#scale.near(record));
    const isStart = this.#count < records;
    // Of the first of as many records before it as the reach has.
    const precedingBound = records === 0 ? bound : (this.#seen.at(-records)?.bound ?? bound);
    const nearestBefore = this.#nearest.least;
    const aheadAt = isStart ? null : least(bound - behind, precedingBound);
    this.#nearest.push(far);
    this.#count += 1;
    this.#furthest = most(bound, this.#furthest ?? bound);
    this.#extend(near);
    const [after, before] = [far - behind, near + beyond];
    const low = isStart ? null : least(isForward ? least(after, before) : after, least(far, nearestBefore ?? far));
    const reach = most(isForward ? before : most(after, before), near);
    this.#furthestRow = most(reach, this.#furthestRow ?? reach);
    const { id, nameless = false } = record;
    const reaches = this.#furthestRow;
    this.#seen.push({ id, nameless, offset, bound, far, reaches, passedAt: null, aheadAt });
    const settled = this.#seen.at(-1 - records);
    if (settled !== undefined) settled.passedAt = most(settled.reaches, most(settled.far + beyond, far));
    for (const row of record.rows) {
      const time = this.#scale.along(row.time);
      const at = low === null ? time : most(time, low);
      const held = withTie<T>(row, row.tie);
      if (at > reach && records > 0) this.#open.push({ row: held, at, reach, left: records });
      else this.#place(held, least(at, reach));
    }
  }

  /** True if the walk has passed `until`. */
  get ended(): boolean {
    if (this.#until === null || this.#waiting.length > 0) return false;
    const until = this.#scale.along(this.#until.time);
    const frontier = this.#frontier();
    return frontier !== null && frontier > until && this.#open.every(({ reach }) => reach > until);
  }

  get holdsWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Makes rows ready that no further row can precede. */
  settle(): void {
    const frontier = this.#frontier();
    if (frontier === null) return;
    let border = frontier;
    for (const { reach } of this.#open) border = least(border, reach);
    const waiting: T[] = [];
    for (const row of this.#waiting) (this.#scale.along(row.time) < border ? this.#ready : waiting).push(row);
    this.#waiting = waiting;
    this.#order();
  }

  /** Makes all waiting rows ready, because no record follows. */
  finish(): void {
    for (const { row, at } of this.#open) this.#place(row, at);
    this.#open = [];
    this.#ready = this.#ready.concat(this.#waiting);
    this.#waiting = [];
    this.#atEnd = true;
    this.#order();
  }

  /** The number of ready rows. */
  get readyCount(): number {
    return this.#ready.length - this.#given;
  }

  get hasReady(): boolean {
    return this.readyCount > 0;
  }

  /** Gives out at most `atMost` ready rows. Hints are made only for these. */
  give(atMost: number): HintedRow<T>[] {
    const rows = this.#ready.slice(this.#given, this.#given + atMost);
    this.#given += rows.length;
    const origin = this.#originKnown ? this.#origin : undefined;
    this.#anchors ??= new Anchors(this.#seen, this.#scale, this.#direction, origin);
    const anchors = this.#anchors;
    const given = rows.map((row) => ({ row, hint: anchors.hintAt(this.#scale.along(row.time), this.#atEnd) }));
    this.#reached = rows.at(-1) ?? this.#reached;
    if (this.hasReady) return given;
    [this.#ready, this.#given, this.#anchors] = [[], 0, null];
    if (this.#reached !== null) this.#forget(this.#scale.along(this.#reached.time));
    return given;
  }

  #order(): void {
    const sign = this.#direction === 'forward' ? 1 : -1;
    this.#ready.sort((a, b) => comparePositions(a, b) * sign);
  }

  /** True if rows had to be left out since the last call, because rows that follow them had been given out. */
  takeLate(): boolean {
    const isLate = this.#isLate;
    this.#isLate = false;
    return isLate;
  }

  /** Rows of records that are still to come lie at or beyond this; null: they may lie anywhere. */
  #frontier(): bigint | null {
    const { records, behind } = this.#scale;
    if (this.#furthest === null || this.#count < records || this.#shown.isUnsure) return null;
    const reached = this.#furthest - behind;
    return least(reached, this.#nearest.least ?? reached);
  }

  /** Extends the reach of earlier records by a record that follows. */
  #extend(near: bigint): void {
    const open = this.#open;
    let kept = 0;
    for (const held of open) {
      held.reach = most(held.reach, near);
      held.left -= 1;
      if (held.at > held.reach && held.left > 0) {
        open[kept] = held;
        kept += 1;
      } else this.#place(held.row, least(held.at, held.reach));
    }
    open.length = kept;
  }

  #place(row: T, at: bigint): void {
    const time = this.#scale.along(at);
    const placed = time === row.time ? row : movedTo(row, time);
    if (this.#until !== null && !isBeyond(this.#until, placed, this.#direction)) return;
    if (this.#reached !== null && !isBeyond(placed, this.#reached, this.#direction)) {
      // Its place lies before the start of the read, or the list is in no order of time.
      this.#isLate ||= this.#from === null || isBeyond(placed, this.#from, this.#direction);
      return;
    }
    this.#waiting.push(placed);
  }

  /** Drops records that can no longer be an anchor of any row and that decide no reach. */
  #forget(at: bigint): void {
    const nearest = this.#seen.findLastIndex(({ passedAt }) => passedAt !== null && passedAt < at);
    const kept = this.#seen.length - this.#scale.records - 1;
    const stale = Math.min(nearest, kept);
    if (stale > 0) this.#seen = this.#seen.slice(stale);
  }
}

function movedTo<T extends Ordered>(row: T, time: bigint): T {
  return Object.assign(row, { time });
}
