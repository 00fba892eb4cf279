import type { TaskLogWire } from '../wire.ts';

/** A page as far as its neighbours are judged by it. */
interface SeenPage {
  readonly first: TaskLogWire;
  readonly last: TaskLogWire;
  readonly ids: ReadonlySet<string>;
}

/** What an order was found not to be kept in; null: nothing. */
export type Disorder = 'time' | 'id' | null;

/**
 * Looks whether the pages of one read come in the order that was asked for, on each page and from page to
 * page. Rows that are inserted between two calls move others to the next page, which is no disorder.
 */
export class OrderCheck {
  readonly #pages = new Map<string, SeenPage>();

  /** `bounds` names the list that offsets count in; `byId`: was the id asked for as the second key? */
  check(
    rows: readonly TaskLogWire[],
    list: {
      readonly bounds: string;
      readonly offset: number;
      /** How many rows the page has, also those that could not be read. */
      readonly size: number;
      readonly sign: 1 | -1;
      readonly byId: boolean;
    },
  ): Disorder {
    for (const [index, row] of rows.entries()) {
      const before = rows[index - 1];
      if (before === undefined) continue;
      const step = compareTimes(before, row) * list.sign;
      if (step > 0) return 'time';
      if (step === 0 && list.byId && compareIds(before, row) * list.sign > 0) return 'id';
    }
    return list.byId && this.#breaksTie(rows, list) ? 'id' : null;
  }

  #breaksTie(
    rows: readonly TaskLogWire[],
    {
      bounds,
      offset,
      size,
      sign,
    }: { readonly bounds: string; readonly offset: number; readonly size: number; readonly sign: 1 | -1 },
  ): boolean {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return false;
    const page = { first, last, ids: new Set(rows.map(({ id }) => id)) };
    const before = this.#pages.get(`${bounds} ends ${offset}`);
    const after = this.#pages.get(`${bounds} begins ${offset + size}`);
    this.#pages.set(`${bounds} begins ${offset}`, page);
    this.#pages.set(`${bounds} ends ${offset + size}`, page);
    return follows(before, page, sign) || follows(page, after, sign);
  }
}

/** How often a place of a log is looked at to find a row of another time. */
const MOST_LOOKS = 40;

/** Such a step reaches beyond the end of any log. */
const LONGEST_STEP = 2 ** 20;

/**
 * The time of a row at `offset` or behind it that has another time; null where there is none. Nothing but places is asked
 * for: a source may take filters without a word and not apply them. `timeAt`: null where no row is.
 */
export async function otherTimeBehind(
  time: bigint,
  offset: number,
  timeAt: (offset: number) => Promise<bigint | null>,
): Promise<bigint | null> {
  let [last, end] = [offset - 1, Infinity];
  for (let looks = 0; looks < MOST_LOOKS && last + 1 < end; looks += 1) {
    const at = end === Infinity ? last + Math.min(2 ** looks, LONGEST_STEP) : Math.floor((last + end) / 2);
    const found = await timeAt(at);
    if (found === null) end = at;
    else if (found !== time) return found;
    else last = at;
  }
  return null;
}

/** Does `next` begin with a row that belongs into `page` and was not there, without having pushed its last row out? */
function follows(page: SeenPage | undefined, next: SeenPage | undefined, sign: 1 | -1): boolean {
  if (page === undefined || next === undefined) return false;
  const isWithin = compareRows(page.first, next.first) * sign < 0 && compareRows(next.first, page.last) * sign < 0;
  return isWithin && !page.ids.has(next.first.id) && !next.ids.has(page.last.id);
}

function compareRows(a: TaskLogWire, b: TaskLogWire): number {
  return compareTimes(a, b) || compareIds(a, b);
}

function compareTimes(a: TaskLogWire, b: TaskLogWire): number {
  return compare(a.timestamp.nanoseconds, b.timestamp.nanoseconds);
}

function compareIds(a: TaskLogWire, b: TaskLogWire): number {
  return compare(a.id, b.id);
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
