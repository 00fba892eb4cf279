import type { Json } from '../../domain/json.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import type { KeyedRecord, ListOrder } from './list.ts';
import { least, most } from './scale.ts';
import type { Reach, RecordTimes } from './scale.ts';

/** The newest record of a walk that was placed by its earliest time and would have another place by its latest. */
interface Border {
  readonly id: string;
  readonly latest: bigint;
}

/**
 * By which of their two times the records of a list are sorted. The places of rows depend on it where these times are
 * further apart than rows reach. Records show it where one time turns back and the other does not; until then the
 * earliest is assumed.
 *
 * A walk may have placed rows before that shows. Their places must not change, or the walk would pass rows over or
 * repeat them. So its cursors name a border: up to it, records are placed by the earliest time, and behind it by the
 * latest. A walk that begins later places all records by the time that was shown.
 */
export class ShownOrder {
  readonly #order: ListOrder;
  readonly #isForward: boolean;
  /** Records whose times are not further apart have the same place by either. */
  readonly #reach: bigint;
  /** Times that turn back further than this are out of order. */
  readonly #most: bigint;
  #byLatest: boolean;
  #border: Border | null;
  readonly #isAlone: boolean;
  #hasMoved: boolean;
  /** True once a record was seen whose times are further apart than rows reach. */
  #isWide: boolean;
  /** True once records were seen that overtake each other. */
  #overtakes: boolean;
  /** True once the walk has met the border. */
  #isMet = false;
  /** The furthest times that this read has reached. */
  #gone: RecordTimes | null = null;
  #stillGone: RecordTimes | null = null;

  /** `known`: what the cursor says, see `written`. */
  constructor(
    order: ListOrder,
    { before, after }: Reach,
    { direction, known, overtakes }: { direction: Direction; known: Json; overtakes: boolean },
  ) {
    this.#order = order;
    this.#isForward = direction === 'forward';
    this.#reach = before + after;
    this.#most = after / 2n;
    const { byLatest, border, isAlone, hasMoved } = stateIn(known);
    if (byLatest) order.byLatest ??= true;
    this.#isAlone = isAlone;
    this.#hasMoved = hasMoved;
    this.#isWide = border !== null;
    this.#overtakes = overtakes || (byLatest && border !== null);
    this.#byLatest = byLatest || order.byLatest === true;
    this.#border = border;
  }

  /** True while records may follow that are placed by a time by which the list is not sorted: their rows lie far behind. */
  get isUnsure(): boolean {
    return this.#isForward && this.#byLatest && this.#border !== null && !this.#isMet;
  }

  /** Learns from the next records of the walk, before they are placed. `isDirectionKnown`: the direction of the list is known. */
  see<T extends Ordered>(records: readonly KeyedRecord<T>[], isDirectionKnown: boolean): void {
    // The times of a record that could not be read may be those of a neighbour.
    const named = records.filter(({ nameless }) => nameless !== true);
    this.#hasMoved ||= named.some(({ mayMove }) => mayMove === true);
    this.#isWide ||= named.some(({ earliest, latest }) => latest - earliest > this.#reach);
    const [first] = named;
    if (first === undefined || !isDirectionKnown) return;
    // Between two pages, records may have moved to newer times.
    const page = this.#turned(named, first);
    const read = this.#turned(named, this.#gone ?? first);
    this.#gone = read.gone;
    const [isByLatest, isByEarliest] = [
      this.#shows(read.earliest, read.latest),
      this.#shows(page.latest, page.earliest),
    ];
    if (isByLatest || isByEarliest) this.#order.byLatest = isByLatest;
    this.#overtakes ||= isByLatest || isByEarliest || this.#turnsAtAll(named);
    this.#byLatest ||= this.#order.byLatest === true;
  }

  /** Called when the newest end of the list has moved since the walk began: places may have changed. */
  moved(): void {
    this.#hasMoved = true;
  }

  /** True if rows of this walk may have changed their places, because records that decide them have moved or may move. */
  get isShaken(): boolean {
    return this.isUnfit && this.#hasMoved;
  }

  /** True if one of the two times turns back at all among records that can no longer move. */
  #turnsAtAll(named: readonly (RecordTimes & { readonly mayMove?: boolean | undefined })[]): boolean {
    const still = named.filter(({ mayMove }) => mayMove !== true);
    const [first] = still;
    if (first === undefined) return false;
    const { earliest, latest, gone } = this.#turned(still, this.#stillGone ?? first);
    this.#stillGone = gone;
    return earliest > 0n || latest > 0n;
  }

  /** True if a new walk should place each record by itself: records overtake each other, and their times are far apart. */
  get isUnfit(): boolean {
    return !this.#isAlone && this.#overtakes && this.#isWide;
  }

  /** True if some rows are placed by a time by which the list is not sorted. A search by time may miss them. */
  get isUnsearchable(): boolean {
    return this.#byLatest && this.#border !== null;
  }

  #shows(turned: bigint, other: bigint): boolean {
    return turned > this.#most && 2n * other <= this.#most;
  }

  /** The largest distance by which each time turns back. */
  #turned(records: readonly RecordTimes[], from: RecordTimes): RecordTimes & { readonly gone: RecordTimes } {
    const sign = this.#isForward ? 1n : -1n;
    const further = this.#isForward ? most : least;
    let gone = from;
    let [byEarliest, byLatest] = [0n, 0n];
    for (const { earliest, latest } of records) {
      byEarliest = most(byEarliest, (gone.earliest - earliest) * sign);
      byLatest = most(byLatest, (gone.latest - latest) * sign);
      gone = { earliest: further(earliest, gone.earliest), latest: further(latest, gone.latest) };
    }
    return { earliest: byEarliest, latest: byLatest, gone };
  }

  /** The times around which rows of the next record of the walk lie. */
  placingTimes<T extends Ordered>(record: KeyedRecord<T>): RecordTimes {
    const isBehind = this.#isBehind(record);
    // Towards newer records, the border is met before those that lie behind it.
    if (isBehind === this.#isForward || record.id === this.#border?.id) this.#isMet = true;
    const { id, latest, earliest } = record;
    if (latest - earliest <= this.#reach) return record;
    if (this.#byLatest && isBehind) return { earliest: latest, latest };
    if (!this.#byLatest && isBehind && (this.#isForward || this.#border === null)) {
      this.#border = { id, latest };
      this.#isMet = true;
    }
    return { earliest, latest: earliest };
  }

  #isBehind<T extends Ordered>({ id, latest }: KeyedRecord<T>): boolean {
    if (this.#border === null) return true;
    if (latest !== this.#border.latest) return latest > this.#border.latest;
    return id !== this.#border.id && this.#isMet === this.#isForward;
  }

  /** For hints. `newest`: the record at the newest end of the list, where a place may depend on it. Null: nothing is known. */
  written(newestFirst: boolean | null, newest: string | null): Json {
    const [isAlone, hasMoved, byLatest] = [this.#isAlone, this.#hasMoved, this.#byLatest];
    const facts = (byLatest ? BY_LATEST : 0) + (isAlone ? ALONE : 0) + (hasMoved ? MOVED : 0);
    const end = isAlone ? null : newest;
    if (newestFirst === null && facts === 0 && this.#border === null && end === null) return null;
    const order = (newestFirst === null ? UNKNOWN : Number(newestFirst)) + facts;
    const border: Json[] = this.#border === null ? [] : [this.#border.id, String(this.#border.latest)];
    if (end !== null) return [order, border[0] ?? null, border[1] ?? null, end];
    return border.length === 0 ? order : [order, ...border];
  }
}

/**
 * The order as a number: 0 for oldest first, 1 for newest first, or 2; 3 more where the list is sorted by the latest time,
 * 6 more where each record is placed by itself, 12 more where records have moved or may.
 */
const [UNKNOWN, BY_LATEST, ALONE, MOVED] = [2, 3, 6, 12];

/** The state of a walk that places each record by itself. */
export const ALONE_FROM_NOW: Json = UNKNOWN + ALONE;

/** The direction of the list, from a hint. */
export function newestFirstIn(known: Json): boolean | null {
  const order = numberIn(known);
  if (order === null || order % BY_LATEST === UNKNOWN) return null;
  return order % BY_LATEST === 1;
}

/** Whether the walk places each record by itself. */
export function isAloneIn(known: Json): boolean {
  return stateIn(known).isAlone;
}

/** The record that was at the newest end of the list. Null: it does not matter, or is not known. */
export function newestIn(known: Json): string | null {
  const newest = Array.isArray(known) ? (known as readonly Json[])[3] : null;
  return typeof newest === 'string' ? newest : null;
}

interface WalkState {
  readonly byLatest: boolean;
  readonly isAlone: boolean;
  readonly hasMoved: boolean;
  readonly border: Border | null;
}

function stateIn(known: Json): WalkState {
  const order = numberIn(known) ?? 0;
  const [, id, latest] = Array.isArray(known) ? (known as readonly Json[]) : [];
  const isBorder = typeof id === 'string' && typeof latest === 'string' && /^-?\d{1,21}$/.test(latest);
  return {
    byLatest: order % ALONE >= BY_LATEST,
    isAlone: order % MOVED >= ALONE,
    hasMoved: order >= MOVED,
    border: isBorder ? { id, latest: BigInt(latest) } : null,
  };
}

function numberIn(known: Json): number | null {
  const order = Array.isArray(known) ? (known as readonly Json[])[0] : known;
  return typeof order === 'number' && Number.isInteger(order) && order >= 0 && order < 2 * MOVED ? order : null;
}
