import type { OffsetRequest } from '../../../pagination/offset/page.ts';
import { sizeOf } from '../../shared/rows.ts';
import type { Rows } from '../../shared/rows.ts';
import type { Ability } from '../abilities.ts';
import type { TaskLogWire } from '../wire.ts';

/** How often two pages that seem out of order are read again while the log keeps growing. */
const MOST_SECOND_LOOKS = 8;

type TaskLogPage = Rows<TaskLogWire>;

/** The parts of a page that its neighbours are compared with. */
interface ComparedPage {
  readonly request: OffsetRequest;
  readonly first: TaskLogWire;
  readonly last: TaskLogWire;
  readonly ids: ReadonlySet<string>;
  /** Its places in the list that its offsets count in. */
  readonly begins: string;
  readonly ends: string;
}

/** What is out of order; null if nothing is. */
export type Disorder = 'time' | 'id' | null;

/**
 * Checks that the pages of one read have the requested order, within each page and from page to page. Rows that are
 * inserted between two calls move others to later pages; that does not count as disorder.
 */
export class OrderCheck {
  readonly #begin = new Map<string, ComparedPage>();
  readonly #end = new Map<string, ComparedPage>();

  /** `lookAgain` requests the page again. */
  async check(
    page: TaskLogPage,
    request: OffsetRequest,
    used: readonly Ability[],
    lookAgain: (request: OffsetRequest) => Promise<TaskLogPage>,
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
    const again = async (earlier: ComparedPage) => seen(await lookAgain(earlier.request), earlier.request, used);
    return odd !== undefined && (await this.#isProven(odd, read, sign, again)) ? 'id' : null;
  }

  #note(page: ComparedPage): void {
    this.#begin.set(page.begins, page);
    this.#end.set(page.ends, page);
  }

  /**
   * Two pages seem out of order. If the earlier one is unchanged, no row was inserted since and both show the same list.
   * Otherwise inserted rows may have pushed others beyond the later page.
   */
  async #isProven(
    odd: ComparedPage,
    read: ComparedPage,
    sign: 1 | -1,
    again: (earlier: ComparedPage) => Promise<ComparedPage | null>,
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

function isSame(page: ComparedPage, other: ComparedPage): boolean {
  return page.ids.size === other.ids.size && [...page.ids].every((id) => other.ids.has(id));
}

function seen(page: TaskLogPage, request: OffsetRequest, used: readonly Ability[]): ComparedPage | null {
  const [first, last] = [page.data[0], page.data.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { order, since, upTo, offset } = request;
  const place = (at: number): string => [order, since, upTo, ...used, at].join(' ');
  const ids = new Set(page.data.map(({ id }) => id));
  return { request, first, last, ids, begins: place(offset), ends: place(offset + sizeOf(page)) };
}

/** How many places of a log are read to find a row of another time. */
const MOST_LOOKS = 40;

/** A step of this size reaches beyond the end of any log. */
const LONGEST_STEP = 2 ** 20;

/**
 * The time of the first row found at or behind `offset` whose time differs; null if there is none. The search requests
 * rows by offset only, because a source may silently ignore filters. `timeAt` returns null if there is no row.
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

/** True if `next` begins with a row that belongs on `page` and was not there, although no insertion moved the last row of `page`. */
function breaks(page: ComparedPage | undefined, next: ComparedPage | undefined, sign: 1 | -1): boolean {
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
