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
  /** True once the walk has met the border. */
  #isMet = false;
  /** How far this read has come. */
  #gone: RecordTimes | null = null;

  /** `known`: what the cursor says, see `written`. */
  constructor(order: ListOrder, { before, after }: Reach, { direction, known }: { direction: Direction; known: Json }) {
    this.#order = order;
    this.#isForward = direction === 'forward';
    this.#reach = before + after;
    this.#most = after / 2n;
    const { byLatest, border } = stateIn(known);
    if (byLatest) order.byLatest ??= true;
    this.#byLatest = byLatest || order.byLatest === true;
    this.#border = border;
  }

  /** True while a record may still come whose rows lie far behind: one that is placed by a time that is not that of the list. */
  get isUnsure(): boolean {
    return this.#isForward && this.#byLatest && this.#border !== null && !this.#isMet;
  }

  /** The next records of the walk, before they are placed. `isDirectionKnown`: whether the walk knows which way the list goes. */
  see<T extends Ordered>(records: readonly KeyedRecord<T>[], isDirectionKnown: boolean): void {
    // The times of a record that could not be read may be those of a neighbour.
    const named = records.filter(({ nameless }) => nameless !== true);
    const [first] = named;
    if (first === undefined || !isDirectionKnown) return;
    // Between two pages, records may have moved to newer times.
    const page = this.#turned(named, first);
    const read = this.#turned(named, this.#gone ?? first);
    this.#gone = read.gone;
    if (this.#shows(read.earliest, read.latest)) this.#order.byLatest = true;
    else if (this.#shows(page.latest, page.earliest)) this.#order.byLatest = false;
    this.#byLatest ||= this.#order.byLatest === true;
  }

  #shows(turned: bigint, other: bigint): boolean {
    return turned > this.#most && 2n * other <= this.#most;
  }

  /** How far each time turns back at the most. */
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

  /** For hints. Null: nothing is known. */
  written(newestFirst: boolean | null): Json {
    if (newestFirst === null && !this.#byLatest && this.#border === null) return null;
    const order = (newestFirst === null ? UNKNOWN : Number(newestFirst)) + (this.#byLatest ? BY_LATEST : 0);
    return this.#border === null ? order : [order, this.#border.id, String(this.#border.latest)];
  }
}

/** The order as a number: 0 for oldest first, 1 for newest first, or 2; and 3 more where the list is sorted by the latest time. */
const [UNKNOWN, BY_LATEST] = [2, 3];

/** Which way the list goes, as a hint says. */
export function newestFirstIn(known: Json): boolean | null {
  const order = numberIn(known);
  if (order === null || order % BY_LATEST === UNKNOWN) return null;
  return order % BY_LATEST === 1;
}

/** Whether places of rows depend on what a hint says of the order. */
export function isPlacing(known: Json): boolean {
  const { byLatest, border } = stateIn(known);
  return byLatest || border !== null;
}

function stateIn(known: Json): { readonly byLatest: boolean; readonly border: Border | null } {
  const order = numberIn(known);
  if (order === null) return { byLatest: false, border: null };
  const [, id, latest] = Array.isArray(known) ? (known as readonly Json[]) : [];
  const isBorder = typeof id === 'string' && typeof latest === 'string' && /^-?\d{1,21}$/.test(latest);
  return { byLatest: order >= BY_LATEST, border: isBorder ? { id, latest: BigInt(latest) } : null };
}

function numberIn(known: Json): number | null {
  const order = Array.isArray(known) ? (known as readonly Json[])[0] : known;
  return typeof order === 'number' && Number.isInteger(order) && order >= 0 && order < 2 * BY_LATEST ? order : null;
}
