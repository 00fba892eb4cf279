import type { OffsetRequest } from '../../../pagination/offset/page.ts';
import { sizeOf } from '../../shared/rows.ts';
import type { Rows } from '../../shared/rows.ts';
import type { Ability } from '../abilities.ts';
import type { TaskLogWire } from '../wire.ts';

/** How often two pages that seem to be out of order are looked at again, in a log that grows all the while. */
const MOST_SECOND_LOOKS = 8;

type Page = Rows<TaskLogWire>;

/** A page as far as its neighbours are judged by it. */
interface SeenPage {
  readonly request: OffsetRequest;
  readonly first: TaskLogWire;
  readonly last: TaskLogWire;
  readonly ids: ReadonlySet<string>;
  /** Its places in the list that its offsets count in. */
  readonly begins: string;
  readonly ends: string;
}

/** What an order was found not to be kept in; null: nothing. */
export type Disorder = 'time' | 'id' | null;

/**
 * Looks whether the pages of one read come in the order that was asked for, on each page and from page to
 * page. Rows that are inserted between two calls move others to later pages, which is no disorder.
 */
export class OrderCheck {
  readonly #begin = new Map<string, SeenPage>();
  readonly #end = new Map<string, SeenPage>();

  /** `lookAgain`: the page as it is now, whatever was asked for before. */
  async check(
    page: Page,
    request: OffsetRequest,
    used: readonly Ability[],
    lookAgain: (request: OffsetRequest) => Promise<Page>,
  ): Promise<Disorder> {
    const sign = request.order === 'ascending' ? 1 : -1;
    const byId = used.includes('logs by time and id');
    for (const [index, row] of page.data.entries()) {
      const before = page.data[index - 1];
      if (before === undefined) continue;
      const step = compareTimes(before, row) * sign;
      if (step > 0) return 'time';
      if (step === 0 && byId && compareIds(before, row) * sign > 0) return 'id';
    }
    const read = seen(page, request, used);
    if (!byId || read === null) return null;
    const [before, after] = [this.#end.get(read.begins), this.#begin.get(read.ends)];
    this.#note(read);
    const odd = breaks(before, read, sign) ? before : breaks(read, after, sign) ? after : undefined;
    const again = async (earlier: SeenPage) => seen(await lookAgain(earlier.request), earlier.request, used);
    return odd !== undefined && (await this.#isProven(odd, read, sign, again)) ? 'id' : null;
  }

  #note(page: SeenPage): void {
    this.#begin.set(page.begins, page);
    this.#end.set(page.ends, page);
  }

  /**
   * Two pages seem to be out of order. If the earlier look at one still holds, no row was inserted since, and both are of one
   * list. Otherwise rows that were inserted may have pushed others further than the later page reaches.
   */
  async #isProven(
    odd: SeenPage,
    read: SeenPage,
    sign: 1 | -1,
    again: (earlier: SeenPage) => Promise<SeenPage | null>,
  ): Promise<boolean> {
    let [earlier, later] = [odd, read];
    for (let looks = 0; looks < MOST_SECOND_LOOKS; looks += 1) {
      const now = await again(earlier);
      if (now !== null && isSame(now, earlier)) return true;
      this.#begin.delete(earlier.begins);
      this.#end.delete(earlier.ends);
      if (now === null) return false;
      this.#note(now);
      if (!breaks(now, later, sign) && !breaks(later, now, sign)) return false;
      [earlier, later] = [later, now];
    }
    return true;
  }
}

function isSame(page: SeenPage, other: SeenPage): boolean {
  return page.ids.size === other.ids.size && [...page.ids].every((id) => other.ids.has(id));
}

function seen(page: Page, request: OffsetRequest, used: readonly Ability[]): SeenPage | null {
  const [first, last] = [page.data[0], page.data.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { order, since, upTo, offset } = request;
  const place = (at: number): string => [order, since, upTo, ...used, at].join(' ');
  const ids = new Set(page.data.map(({ id }) => id));
  return { request, first, last, ids, begins: place(offset), ends: place(offset + sizeOf(page)) };
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
function breaks(page: SeenPage | undefined, next: SeenPage | undefined, sign: 1 | -1): boolean {
  if (page === undefined || next === undefined || page.ends !== next.begins) return false;
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
