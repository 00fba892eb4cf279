import type { Direction, Ordered, Position } from '../domain/ordered.ts';
import type { Json } from '../domain/json.ts';
import type { IndexedList, IndexedPage } from './indexed-pages.ts';
import { locatePage } from './locate.ts';
import type { PageSpan } from './locate.ts';
import type { Hint, ReadRequest, Unplaced } from './partition.ts';
import { standStill } from './still-rows.ts';
import type { NativeRow } from './tie-groups.ts';

/** How many pages are asked for side by side. */
const MAX_PREFETCH = 4;

/**
 * The hint of a row, behind the order of the list: its page, the page of the next group in the walk, the
 * total then, its instant, and the list's memory of both pages.
 */
interface PageHint {
  readonly page: number;
  readonly next: number;
  readonly total: number | null;
  readonly time: bigint;
}

/** One walk's pages: what was fetched ahead, and how many were fetched. */
export class IndexedWalk<T extends Ordered> {
  readonly #list: IndexedList<T>;
  readonly #step: 1 | -1;
  readonly #ahead = new Map<number, Promise<IndexedPage<T>>>();
  readonly #totals = new Map<number, number | null>();
  #count = 0;

  constructor(list: IndexedList<T>, step: 1 | -1) {
    this.#list = list;
    this.#step = step;
  }

  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  async get(index: number): Promise<IndexedPage<T>> {
    const ahead = this.#ahead.get(index);
    this.#ahead.delete(index);
    this.#count += 1;
    const page = await (ahead ?? this.#list.fetch(index));
    this.#totals.set(index, page.total);
    return page;
  }

  /** Fetches, side by side, the pages that are surely needed for that many rows more. */
  prefetch(index: number, page: IndexedPage<T>, need: number): void {
    if (!this.#list.canJump() || page.total === null) return;
    const lastIndex = Math.ceil(page.total / this.#list.limit()) - 1;
    const pages = Math.min(MAX_PREFETCH, Math.ceil(need / this.#list.limit()));
    for (let ahead = 1; ahead <= pages; ahead += 1) {
      const wanted = index + ahead * this.#step;
      if (wanted < 0 || wanted > lastIndex || this.#ahead.has(wanted)) continue;
      const promise = this.#list.fetch(wanted);
      // Whoever takes the page sees its failure; one that nobody takes must not end the process.
      promise.catch(() => undefined);
      this.#ahead.set(wanted, promise);
    }
  }

  /** The page where the walk begins. */
  async begin(request: ReadRequest<T>): Promise<{ index: number; page: IndexedPage<T> }> {
    if (request.from === null) return this.#step === 1 ? { index: 0, page: await this.get(0) } : this.#lastPage();
    const hint = this.#readHint(request.hint);
    if (hint === null) return this.find(request.from.time, 0);
    const leadsOn = hint.next !== hint.page && Math.sign(hint.next - hint.page) === this.#step;
    if (leadsOn && isAtOrBefore(hint.time, request.from, request.direction)) {
      const page = await this.get(hint.next);
      if (this.#followsWhole(page, request.from.time, hint)) return { index: hint.next, page };
    }
    return this.find(request.from.time, hint.page);
  }

  /** The nearest page from which the walk sees every row at or beyond that instant. */
  async find(time: bigint, guess: number): Promise<{ index: number; page: IndexedPage<T> }> {
    this.#ahead.clear();
    return locatePage({
      get: (index) => this.get(index),
      describe: (page) => this.#spanOf(page),
      step: this.#step,
      target: this.#normal(time),
      guess,
      canJump: () => this.#list.canJump(),
      maxWalk: this.#list.maxWalk,
    });
  }

  /**
   * May the rows of `next` be put behind those of `page`? Between the two calls rows can have been
   * inserted before them, and then the border between the pages has moved.
   */
  async joins(index: number, page: IndexedPage<T>, next: IndexedPage<T>): Promise<boolean> {
    if (page.total !== null && page.total === next.total) return !this.#overlaps(page, next);
    if (page.total !== null && next.total !== null && next.total < page.total && next.rows.length > 0) return false;
    // Going on to later rows, a border that moved shows rows again; going back, it hides some.
    if (this.#step === 1 && !this.#touches(page, next)) return true;
    this.#list.renew();
    const again = await this.get(index);
    return standStill(page, again);
  }

  /** Rows in the walk's direction, each with the page that it is on. */
  nativeRows(index: number, page: IndexedPage<T>): NativeRow<T>[] {
    const rows = sortedRows(page.rows, this.#list.order).map((row) => ({ row, hint: [index, String(row.time)] }));
    return this.#step === 1 ? rows : rows.reverse();
  }

  closeHint(own: Hint | null, next: Hint | null): Hint | null {
    const page = firstNumber(own);
    if (page === null) return null;
    const following = firstNumber(next) ?? page;
    const total = this.#totals.get(page) ?? null;
    const order = this.#orderMark;
    const time = Array.isArray(own) ? (own as readonly Json[])[1] : undefined;
    const base = [order, page, following, total, time ?? null];
    const memories = [this.#list.remember?.(page), this.#list.remember?.(following)].filter(
      (memory) => memory !== undefined,
    );
    return [...base, ...memories];
  }

  get #orderMark(): number {
    return this.#list.order === 'ascending' ? 1 : -1;
  }

  async #lastPage(): Promise<{ index: number; page: IndexedPage<T> }> {
    let at = { index: 0, page: await this.get(0) };
    /** From this page on nothing was there, whatever the list counts. */
    let end = Infinity;
    for (;;) {
      const { index, page } = at;
      if (page.isLast && (page.rows.length > 0 || index === 0)) return at;
      const counted = page.total === null ? index + 1 : Math.ceil(page.total / this.#list.limit()) - 1;
      const further = Math.max(Math.min(counted, end - 1), index + 1);
      const next = await this.#nextWithRows(further);
      if (next !== null) at = next;
      // Rows are only pushed on: where none stand behind a page now, none did when it was looked at. Looked at
      // again, it could have pushed some on.
      else if (further === index + 1) return at;
      else {
        // The list shrank, or the count was of something else: step back to where there are rows.
        at = await this.#lastWithRows(at, further);
        end = at.index + 1;
      }
    }
  }

  /** The page, or the first behind it that has rows: an empty page is not the end unless it says so. */
  async #nextWithRows(from: number): Promise<{ index: number; page: IndexedPage<T> } | null> {
    for (let index = from; ; index += 1) {
      const page = await this.get(index);
      if (page.rows.length > 0) return { index, page };
      if (page.isLast) return null;
    }
  }

  /** The last page with rows before an empty one: its neighbour, as a rule; else it is searched for from a page that has some. */
  async #lastWithRows(
    from: { index: number; page: IndexedPage<T> },
    empty: number,
  ): Promise<{ index: number; page: IndexedPage<T> }> {
    let [low, high] = [from, empty];
    for (let index = empty - 1; high - low.index > 1; index = Math.floor((low.index + high) / 2)) {
      const page = await this.get(index);
      if (page.rows.length > 0) low = { index, page };
      else high = index;
    }
    return low;
  }

  #readHint(hint: Hint | null): PageHint | null {
    if (!Array.isArray(hint)) return null;
    const [order, page, next, total, time, memory, nextMemory] = hint as readonly Json[];
    // A page number means nothing in a list that is sorted the other way.
    if (order !== this.#orderMark || !isIndex(page) || !isIndex(next)) return null;
    if (typeof time !== 'string' || !/^-?\d{1,21}$/.test(time)) return null;
    if (memory !== undefined) this.#list.recall?.(page, memory);
    if (nextMemory !== undefined) this.#list.recall?.(next, nextMemory);
    return { page, next, total: typeof total === 'number' ? total : null, time: BigInt(time) };
  }

  /** Does this page show that the group of `time` ended before it, as the hint says? */
  #followsWhole(page: IndexedPage<T>, time: bigint, hint: PageHint): boolean {
    const span = this.#spanOf(page);
    if (span.first === null || span.last === null || hint.total === null || page.total === null) return false;
    const target = this.#normal(time);
    return this.#step === 1
      ? span.first > target && page.total >= hint.total
      : span.last < target && page.total === hint.total;
  }

  #spanOf(page: IndexedPage<T>): PageSpan {
    const times = page.rows.map((row) => this.#normal(row.time));
    const limit = this.#list.limit();
    return {
      first: times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b)),
      last: times.length === 0 ? null : times.reduce((a, b) => (a > b ? a : b)),
      isLast: page.isLast && times.length > 0,
      pageCount: page.total === null || times.length === 0 ? null : Math.ceil(page.total / limit),
      total: page.total,
    };
  }

  /** In walk order: does `next` begin before `page` ends? */
  #overlaps(page: IndexedPage<T>, next: IndexedPage<T>): boolean {
    const [a, b] = [this.#spanOf(page), this.#spanOf(next)];
    if (a.first === null || a.last === null || b.first === null || b.last === null) return false;
    return this.#step === 1 ? b.first < a.last : b.last > a.first;
  }

  /** In walk order: does `next` begin at or before the instant at which `page` ends? */
  #touches(page: IndexedPage<T>, next: IndexedPage<T>): boolean {
    const [a, b] = [this.#spanOf(page), this.#spanOf(next)];
    return a.last !== null && b.first !== null && b.first <= a.last;
  }

  #normal(time: bigint): bigint {
    return this.#list.order === 'ascending' ? time : -time;
  }
}

/** The page's rows in the list's order; a vendor that swaps neighbours is put right. */
function sortedRows<T extends Ordered>(rows: readonly Unplaced<T>[], order: 'ascending' | 'descending'): Unplaced<T>[] {
  const sign = order === 'ascending' ? 1 : -1;
  const copy = [...rows];
  const inOrder = copy.every((row, i) => i === 0 || compare(copy[i - 1]?.time ?? row.time, row.time) * sign <= 0);
  return inOrder ? copy : copy.sort((a, b) => compare(a.time, b.time) * sign);
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function firstNumber(hint: Hint | null): number | null {
  const first: unknown = Array.isArray(hint) ? hint[0] : null;
  return typeof first === 'number' ? first : null;
}

/**
 * Are all rows beyond `from` also beyond the group of that instant? A merge gives a partition the hint of the
 * row that it took last, which lies ahead once the reader has turned round.
 */
function isAtOrBefore(time: bigint, from: Position, direction: Direction): boolean {
  if (direction === 'backward') return time >= from.time;
  // Without a tie-break it is the start of that instant: its group is still to come.
  return time < from.time || (time === from.time && from.tie !== '');
}

function isIndex(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 40;
}
