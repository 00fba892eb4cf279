/** One file, although a long one: all steps of a walk share its state. */
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import type { IndexedList, IndexedPage } from './list.ts';
import { isIndex, readHint, writeHint } from './page-hint.ts';
import type { PageHint } from './page-hint.ts';
import { locatePage, unsearchable } from './locate.ts';
import type { PageSpan } from './locate.ts';
import { EndlessList, ENDS_EARLY, OVERLAPS, PageGuard, PROMISES_EMPTY_PAGES } from '../core/page-guard.ts';
import type { Hint, ReadRequest } from '../core/partition.ts';
import { RepeatedPages } from './repeated-pages.ts';
import { bordersOf } from './settled-rows.ts';
import { isSame, shareRows, standStill } from './still-rows.ts';

/** Most pages requested in parallel. */
const MAX_PREFETCH = 4;

/** Pages of a search that are kept, because the walk may need one of them next. */
const KEPT = 3;

/** Pages in a row that may be of one instant and begin with equal rows if the list does not count them. */
const MOST_ALIKE = 25;

/** Upper bound on the search for the last page. It normally ends long before. */
const MAX_LOOKS = 64;

interface LocatedPage<T extends Ordered> {
  readonly index: number;
  readonly page: IndexedPage<T>;
}

/** The pages of one walk: fetches, prefetches and counts them. */
export class IndexedWalk<T extends Ordered> {
  readonly #list: IndexedList<T>;
  readonly #step: 1 | -1;
  readonly #ahead = new Map<number, Promise<IndexedPage<T>>>();
  readonly #totals = new Map<number, number | null>();
  /** The pages read last by a search, by number. */
  readonly #looked = new Map<number, IndexedPage<T>>();
  readonly #source: string;
  readonly #repeated: RepeatedPages<T>;
  readonly #guard: PageGuard;
  readonly #alike: PageGuard;
  #count = 0;
  #isAlike = false;

  constructor(list: IndexedList<T>, step: 1 | -1) {
    this.#list = list;
    this.#step = step;
    this.#source = list.source ?? 'the source';
    this.#repeated = new RepeatedPages(list, this.#source, (index) => this.#again(index));
    this.#guard = new PageGuard(list.maxEmpty);
    this.#alike = new PageGuard(MOST_ALIKE);
  }

  /** True if the page read last came again with the same rows, which are so alike that they may still have moved. */
  get isAlike(): boolean {
    return this.#isAlike;
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

  /** Reads a page again, without remembered answers. */
  #again(index: number): Promise<IndexedPage<T>> {
    this.#list.renew();
    this.#ahead.delete(index);
    return this.get(index);
  }

  /** Reads a page and keeps it. Throws if the vendor returns the same page under several numbers. */
  async #look(index: number): Promise<IndexedPage<T>> {
    const page = await this.get(index);
    await this.#repeated.refuse(index, page);
    this.#looked.delete(index);
    this.#looked.set(index, page);
    for (const old of this.#looked.keys()) if (this.#looked.size > KEPT) this.#looked.delete(old);
    return page;
  }

  /** The next page of the walk. Null: it cannot be joined to `page`, because rows have moved. */
  async next(index: number, page: IndexedPage<T>): Promise<IndexedPage<T> | null> {
    const wanted = index + this.#step;
    const known = this.#looked.get(wanted);
    const isFresh = known !== undefined && known.total !== null && known.total === page.total;
    this.#looked.delete(wanted);
    const next = isFresh ? known : await this.#look(wanted);
    this.#watch(wanted, next);
    if (!(await this.#joins(index, page, next))) return null;
    const [before, last] = this.#step === 1 ? [page, next] : [next, page];
    if (!last.isLast || last.missing !== undefined) return next;
    const end = await this.#asEnd(Math.min(index, wanted), before, last);
    return end && { ...next, missing: next.missing ?? end.missing };
  }

  /**
   * Watches for an endless list. Pages of one instant may genuinely be equal, so they count as repeated only if many
   * follow each other uncounted.
   */
  #watch(index: number, { rows, total, isLast }: IndexedPage<T>, isAscending = this.#step === 1): void {
    const more = isAscending ? !isLast : index > 0;
    const [first, last] = [rows[0], rows.at(-1)];
    const name = `page ${index}`;
    this.#guard.see(this.#source, index, first === undefined ? [] : [name], more);
    if (first === undefined || last === undefined) return;
    const isCounted = total !== null && total > index * this.#list.limit();
    this.#alike.see(
      this.#source,
      index,
      [isCounted || first.time !== last.time ? name : JSON.stringify({ ...first, time: `${first.time}` })],
      more,
    );
  }

  /** Fetches in parallel the pages that are surely needed for `need` more rows. */
  prefetch(index: number, page: IndexedPage<T>, need: number): void {
    if (!this.#list.canJump() || page.total === null) return;
    const lastIndex = Math.ceil(page.total / this.#list.limit()) - 1;
    const pages = Math.min(MAX_PREFETCH, Math.ceil(need / this.#list.limit()));
    for (let ahead = 1; ahead <= pages; ahead += 1) {
      const wanted = index + ahead * this.#step;
      if (wanted < 0 || wanted > lastIndex || this.#ahead.has(wanted) || this.#looked.has(wanted)) continue;
      const promise = this.#list.fetch(wanted);
      // A reader that awaits the page sees its failure. The failure of a page that is never awaited must not end the
      // process.
      promise.catch(() => undefined);
      this.#ahead.set(wanted, promise);
    }
  }

  /** Finds the page where the walk begins. */
  async begin(request: ReadRequest<T>): Promise<LocatedPage<T>> {
    if (request.from === null) return this.#step === 1 ? { index: 0, page: await this.#look(0) } : this.#lastPage();
    const hint = this.#readHint(request.hint);
    if (hint === null) return this.find(request.from.time, 0);
    const leadsOn = hint.next !== hint.page && Math.sign(hint.next - hint.page) === this.#step;
    if (leadsOn && isAtOrBefore(hint.time, request.from, request.direction)) {
      const page = await this.#look(hint.next);
      if (this.#followsWhole(page, request.from.time, hint)) return { index: hint.next, page };
    }
    return this.find(request.from.time, hint.page);
  }

  /** Finds the nearest page from which the walk sees every row at or beyond an instant. */
  async find(time: bigint, guess: number): Promise<LocatedPage<T>> {
    this.#ahead.clear();
    this.#looked.clear();
    return locatePage({
      get: (index) => this.#look(index),
      describe: (page) => this.#spanOf(page),
      step: this.#step,
      target: this.#normal(time),
      guess,
      canJump: () => this.#list.canJump(),
      maxWalk: this.#list.maxWalk,
    });
  }

  /**
   * True if the rows of `next` directly follow those of `page`. If rows were inserted before them between the two
   * calls, the border between the pages has moved.
   */
  async #joins(index: number, page: IndexedPage<T>, next: IndexedPage<T>): Promise<boolean> {
    const overlaps = this.#overlaps(page, next);
    if (page.total !== null && page.total === next.total && !overlaps) return true;
    if (page.total !== null && next.total !== null && next.total < page.total && next.rows.length > 0) {
      // Either rows were removed, or the next page is older than this one. But if both pages are unchanged, the vendor
      // just states a lower count on later pages.
      const [here, there] = [await this.#again(index), await this.#again(index + this.#step)];
      if (here.total !== page.total || there.total !== next.total) return false;
      if (!isSame(page, here) || !isSame(next, there)) return false;
    }
    // Toward higher page numbers, a moved border only shows rows again; toward lower numbers, it hides some.
    if (this.#step === 1 && !this.#touches(page, next)) return true;
    const here = await this.#again(index);
    const isStill = standStill(page, here);
    this.#isAlike = !isStill && isSame(page, here);
    if (!isStill) return false;
    // Nothing has moved, so rows near the border are just out of order, unless they come twice.
    if (overlaps && shareRows(page, next)) throw new EndlessList(this.#source, OVERLAPS);
    return true;
  }

  /**
   * The end of the list that follows `page`: `next`, which may be empty although `page` names it. Then it says what is
   * wrong: the list persistently counts rows there, or it counts nothing and `next` was read before it was named. Null:
   * `next` has rows by now, or pages behind it do.
   */
  async #asEnd(index: number, page: IndexedPage<T>, next: IndexedPage<T>): Promise<IndexedPage<T> | null> {
    const end = index * this.#list.limit() + page.rows.length;
    const isPromised = ({ total, leadsOn }: IndexedPage<T>): boolean =>
      leadsOn === true && total !== null && total > end;
    const isUncounted = this.#step === -1 && page.leadsOn === true && page.total === null;
    if (next.rows.length > 0 || !(isUncounted || isPromised(page))) return next;
    // Rows may have been removed between the two calls, so read both again.
    if (!isUncounted && !isPromised(await this.#again(index))) return next;
    const { rows, isLost = false, missing = isUncounted ? undefined : ENDS_EARLY } = await this.#again(index + 1);
    return rows.length > 0 || isLost ? null : { ...next, missing };
  }

  /**
   * Handles an empty page after a page with rows, which should therefore be the last. If the list promises more, looks
   * as far ahead as a forward walk does. Returns a later page with rows, or the page itself, with what is wrong if
   * anything is.
   */
  async #behindEmpty(at: LocatedPage<T>, next: IndexedPage<T> | null): Promise<LocatedPage<T>> {
    const { index, page } = at;
    const isWrong = (missing: string): LocatedPage<T> => ({ index, page: { ...page, missing } });
    if (page.isLast || this.#isCounted(at)) return at;
    if (next === null) return isWrong(PROMISES_EMPTY_PAGES);
    const guard = new PageGuard(this.#list.maxEmpty);
    let isEnd = next.isLast;
    for (let further = index + 2; !isEnd && !guard.isStuck(false); further += 1) {
      const behind = await this.get(further);
      if (behind.rows.length > 0) return { index: further, page: behind };
      isEnd = behind.isLast;
    }
    if (!isEnd) return isWrong(PROMISES_EMPTY_PAGES);
    const end = next.missing === undefined ? await this.#asEnd(index, page, next) : next;
    if (end === null) return { index: index + 1, page: await this.get(index + 1) };
    return end.missing === undefined ? at : isWrong(end.missing);
  }

  /** True if the count ends with the page and is not the count of this page alone. */
  #isCounted({ index, page: { rows, said, total } }: LocatedPage<T>): boolean {
    const limit = this.#list.limit();
    const isAlone = index === 0 && rows.length >= (this.#list.asked?.rows ?? limit);
    return (said ?? total) === index * limit + rows.length && !isAlone;
  }

  /** Makes hints of rows on `page`, after which the walk continues with `next`, from what is known of both pages now. */
  hintsOf(page: number, next: number): (row: Ordered, index: number) => Hint {
    const { order, asked } = this.#list;
    const memories = [this.#list.remember?.(page), this.#list.remember?.(next)].filter(
      (memory) => memory !== undefined,
    );
    const first = page * this.#list.limit();
    const total = this.#totals.get(page) ?? null;
    return ({ time }, index) => writeHint({ order, asked, place: first + index, page, next, total, time, memories });
  }

  /** Finds the last page with rows. The list's count is only the starting point of the search. */
  async #lastPage(): Promise<LocatedPage<T>> {
    let at = { index: 0, page: await this.#look(0) };
    /** The lowest page number that was empty when it was read. */
    let end = Infinity;
    for (let looks = 0; looks < MAX_LOOKS || !this.#list.canJump(); looks += 1) {
      const { index, page } = at;
      if (page.isLast && (page.rows.length > 0 || index === 0)) return at;
      const further = this.#further(at, end, looks);
      const next = await this.#look(further).catch((error: unknown) => {
        if (error instanceof EndlessList && error.what === PROMISES_EMPTY_PAGES) return null;
        throw error;
      });
      if (next !== null && (next.rows.length > 0 || next.isLost === true)) {
        at = { index: further, page: next };
        if (end <= further) end = Infinity;
        // Without direct addressing, pages are read one by one.
        if (!this.#list.canJump()) this.#watch(further, next, true);
      }
      // Rows only move to later pages: if none are after a page now, none were when it was read.
      else if (further === index + 1) {
        const found = await this.#behindEmpty(at, next);
        if (found.index === index) return found;
        at = found;
        end = Infinity;
      } else end = further;
    }
    throw unsearchable();
  }

  #further({ index, page }: LocatedPage<T>, end: number, looks: number): number {
    const counted = page.total === null ? 0 : Math.ceil(page.total / this.#list.limit()) - 1;
    if (counted > index && counted < end) return counted;
    if (end !== Infinity) return Math.max(index + 1, Math.floor((index + end) / 2));
    return index + (this.#list.canJump() ? 2 ** Math.min(looks, 30) : 1);
  }

  #readHint(given: Hint | null): PageHint | null {
    const hint = readHint(given, this.#list.order);
    if (hint === null) return null;
    const { usual = 1, rows = usual } = this.#list.asked ?? {};
    const { page, next, place, memories } = hint;
    const hintRows = hint.rows ?? usual;
    if (hintRows !== rows) {
      // For another page size, the hint tells only the approximate page, and its tokens are useless.
      const near = Math.floor((place ?? page * hintRows) / rows);
      return isIndex(near) ? { ...hint, page: near, next: near, total: null } : null;
    }
    const [memory, nextMemory] = memories;
    if (memory !== undefined) this.#list.recall?.(page, memory);
    if (nextMemory !== undefined) this.#list.recall?.(next, nextMemory);
    return hint;
  }

  /** True if this page confirms the hint: the group of `time` ended before it. */
  #followsWhole(page: IndexedPage<T>, time: bigint, hint: PageHint): boolean {
    const ends = this.#endsOf(page);
    if (ends === null || hint.total === null || page.total === null) return false;
    const target = this.#normal(time);
    return this.#step === 1
      ? ends.first > target && page.total >= hint.total
      : ends.last < target && page.total === hint.total;
  }

  #spanOf(page: IndexedPage<T>): PageSpan {
    const borders = bordersOf(page.rows.map((row) => this.#normal(row.time)));
    return {
      first: borders?.near ?? null,
      last: borders?.far ?? null,
      isLast: page.isLast && borders !== null,
      isLost: page.isLost,
      pageCount: page.total === null || borders === null ? null : Math.ceil(page.total / this.#list.limit()),
    };
  }

  /** The first and last instant on the page, in the list's order. */
  #endsOf({ rows }: IndexedPage<T>): { first: bigint; last: bigint } | null {
    const [first, ...others] = rows.map((row) => this.#normal(row.time));
    if (first === undefined) return null;
    const ends = { first, last: first };
    for (const time of others) {
      if (time < ends.first) ends.first = time;
      if (time > ends.last) ends.last = time;
    }
    return ends;
  }

  /** True if, in walk order, `next` begins before `page` ends. */
  #overlaps(page: IndexedPage<T>, next: IndexedPage<T>): boolean {
    const [a, b] = [this.#endsOf(page), this.#endsOf(next)];
    if (a === null || b === null) return false;
    return this.#step === 1 ? b.first < a.last : b.last > a.first;
  }

  /** True if `next` begins at or before the instant at which `page` ends. */
  #touches(page: IndexedPage<T>, next: IndexedPage<T>): boolean {
    const [a, b] = [this.#endsOf(page), this.#endsOf(next)];
    return a !== null && b !== null && b.first <= a.last;
  }

  #normal(time: bigint): bigint {
    return this.#list.order === 'ascending' ? time : -time;
  }
}

/**
 * True if all rows beyond `from` are also beyond the group of `time`. Not so for the hint of a merge after the reader
 * changed direction: that hint is of the row it took last, which then lies ahead.
 */
function isAtOrBefore(time: bigint, from: Position, direction: Direction): boolean {
  if (direction === 'backward') return time >= from.time;
  // A position without a tie-break is the start of its instant, so its group is still to come.
  return time < from.time || (time === from.time && from.tie !== '');
}
