import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { withTie } from '../core/identity.ts';
import type { HintedRow } from '../core/partition.ts';
import type { KeyedRecord } from './list.ts';
import { Anchors } from './anchors.ts';
import type { Seen } from './anchors.ts';
import { least, most, OpenRows, SlidingLeast } from './scale.ts';
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

export class RecordWindow<T extends Ordered> {
  readonly #scale: RecordScale;
  readonly #direction: Direction;
  readonly #from: Position | null;
  /** The start of the read, later the last row that was given out. */
  #reached: Position | null;
  readonly #until: Position | null;
  #waiting: T[] = [];
  readonly #open = new OpenRows<T>();
  /** In walk order. The first `#settled` of them have their `passedAt`. */
  #seen: Seen[] = [];
  #settled = 0;
  /** The bounds of as many neighbours as the reach has, up to the last one. */
  #bounds: bigint[] = [];
  /** The least `far` of as many records as the reach has, up to the last one. */
  readonly #nearest: SlidingLeast;
  /** The rows to give out next, in order. */
  #ready: T[] = [];
  #given = 0;
  #atEnd = false;
  #anchors: Anchors | null = null;
  /** The number of neighbours so far. */
  #count = 0;
  #furthest: bigint | null = null;
  readonly #shown: ShownOrder;
  /** No row of the records so far lies beyond this, except rows whose place depends on later records. */
  #furthestRow: bigint | null = null;
  #isLate = false;
  /** The record behind the first one of this read, where the read began. Null: the end of the log. */
  #origin: Anchor | null = null;
  #originKnown: boolean;
  /** The first and the last record of this read. */
  #first: string | null = null;
  #last: string | null = null;

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
    this.#first ??= walked[0]?.record.id ?? null;
    this.#last = walked.at(-1)?.record.id ?? this.#last;
  }

  #add(record: KeyedRecord<T>, offset: number | null): void {
    const { records, behind, beyond } = this.#scale;
    // If the two times are further apart than rows reach, rows lie around the time by which the list is sorted.
    const placing = this.#shown.placingTimes(record);
    const [near, far] = [this.#scale.near(placing), this.#scale.far(placing)];
    const isForward = this.#direction === 'forward';
    // Backward, later records of the walk may be nearer by the other time of this record.
    const bound = isForward ? near : least(near, this.#scale.near(record));
    const isStart = this.#count < records;
    // The bound of the earliest preceding record within the reach.
    const precedingBound = this.#bounds[0] ?? bound;
    const nearestBefore = this.#nearest.least;
    const aheadAt = isStart ? null : least(bound - behind, precedingBound);
    this.#furthest = most(bound, this.#furthest ?? bound);
    const { id, nameless = false, mayMove = false } = record;
    // A record that may still move must not decide the places of others.
    if (!mayMove) this.#addNeighbour({ near, far, bound });
    const [after, before] = [far - behind, near + beyond];
    const low = isStart ? null : least(isForward ? least(after, before) : after, least(far, nearestBefore ?? far));
    const reach = most(isForward ? before : most(after, before), near);
    this.#furthestRow = most(reach, this.#furthestRow ?? reach);
    const [reaches, turn] = [this.#furthestRow, this.#count];
    this.#seen.push({ id, nameless: nameless || mayMove, offset, turn, far, reaches, passedAt: null, aheadAt });
    for (; (this.#seen[this.#settled]?.turn ?? Infinity) + records <= turn; this.#settled += 1) {
      const settled = this.#seen[this.#settled] as Seen;
      settled.passedAt = most(settled.reaches, most(settled.far + beyond, far));
    }
    for (const row of record.rows) {
      const time = this.#scale.along(row.time);
      const at = low === null ? time : most(time, low);
      const held = withTie<T>(row, row.tie);
      if (at > reach && records > 0) this.#open.add({ row: held, at, reach, left: records });
      else this.#place(held, least(at, reach));
    }
  }

  #addNeighbour({ near, far, bound }: { readonly near: bigint; readonly far: bigint; readonly bound: bigint }): void {
    const { records } = this.#scale;
    this.#count += 1;
    this.#nearest.push(far);
    for (const { row, at } of this.#open.extend(near)) this.#place(row, at);
    if (records > 0) this.#bounds.push(bound);
    if (this.#bounds.length > records) this.#bounds.shift();
  }

  /** The newest record of the list. Null: this read has not reached it. */
  get newest(): string | null {
    if (this.#direction === 'forward') return this.#atEnd ? this.#last : null;
    return this.#originKnown && this.#origin === null ? this.#first : null;
  }

  /** True if this read shows that `newest` is no longer the newest record of the list. */
  hasMovedEnd(newest: string | null, done: boolean): boolean {
    if (newest === null || this.#last === null) return false;
    if (this.#direction === 'forward') return done && this.#last !== newest;
    return this.#originKnown && this.#origin === null && this.#first !== newest;
  }

  /** True if the walk has passed `until`. */
  get ended(): boolean {
    if (this.#until === null || this.#waiting.length > 0) return false;
    const until = this.#scale.along(this.#until.time);
    const frontier = this.#frontier();
    return frontier !== null && frontier > until && (this.#open.reach ?? frontier) > until;
  }

  get holdsWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Makes rows ready that no further row can precede. */
  settle(): void {
    const frontier = this.#frontier();
    if (frontier === null) return;
    const border = least(frontier, this.#open.reach ?? frontier);
    const waiting: T[] = [];
    for (const row of this.#waiting) (this.#scale.along(row.time) < border ? this.#ready : waiting).push(row);
    this.#waiting = waiting;
    this.#order();
  }

  /** Makes all waiting rows ready, because no record follows. */
  finish(): void {
    for (const { row, at } of this.#open.close()) this.#place(row, at);
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

  /** Drops records that can no longer be the anchor of a row or decide a reach. */
  #forget(at: bigint): void {
    const nearest = this.#seen.findLastIndex(({ passedAt }) => passedAt !== null && passedAt < at);
    if (nearest <= 0) return;
    this.#seen = this.#seen.slice(nearest);
    this.#settled -= nearest;
  }
}

function movedTo<T extends Ordered>(row: T, time: bigint): T {
  return Object.assign(row, { time });
}
