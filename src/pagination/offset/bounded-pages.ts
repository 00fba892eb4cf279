/** One file, although a long one: all that one read knows of its pages is one state. */
import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { isBeyond } from '../../domain/ordered.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import { countsOf, fetchFitting, OffsetFacts, OrderLost, RowsUnsorted, signsOf } from './page.ts';
import type { OffsetOptions, OffsetPage, OffsetRequest } from './page.ts';
import { firstSize } from '../core/ladder.ts';
import { isShort, isUntold, moreBehind, moreBehindAsked } from '../core/page-end.ts';
import type { PageSigns } from '../core/page-end.ts';
import { PageGuard } from '../core/page-guard.ts';
import type { ReadRequest, Unplaced } from '../core/partition.ts';

/**
 * Lists that are paged by offset within time bounds: a read begins at the instant of its position. The vendor may
 * include or exclude that instant, so the bound is one tick of its clock earlier, and rows that were already read are
 * dropped.
 */

/** The coarsest clock that a vendor's time bounds may have: a bound may bring rows from this much before it. */
const CLOCK = 1_000_000n;

/** Most pages requested in parallel. */
const MAX_PREFETCH = 4;

/** Pages in a row that may bring nothing new, regardless of the vendor's count. */
const MOST_STALLS = 32;

/** The vendor accepts the time bound silently but does not apply it. */
export class BoundIgnored extends Error {}

/** A page of a bounded read. */
interface BoundedPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** Whether rows follow. Null: only another call can tell. */
  readonly more: boolean | null;
  /** True if the page is shorter than requested and the count does not go beyond it. */
  readonly mayBeLast: boolean;
  /** True if the page has rows, but none beyond those of earlier pages. */
  readonly isStalled: boolean;
}

/** The ids of the rows that were read at an offset. */
interface ReadPlace {
  readonly offset: number;
  readonly keys: readonly string[];
}

/** The pages of a read with a time bound on the side where it begins. */
export class BoundedPages<T extends Ordered> {
  readonly #options: OffsetOptions<T>;
  #call: Call;
  readonly #direction: ReadRequest<T>['direction'];
  readonly #order: OffsetRequest['order'];
  readonly #tieOrdered: boolean;
  readonly #guard = new PageGuard();
  /** Whatever the vendor counts. */
  readonly #patience = new PageGuard(MOST_STALLS);
  readonly #ahead = new Map<number, Promise<OffsetPage<T>>>();
  #bound: bigint | null;
  #offset = 0;
  /** Distinct rows received since the bound was set. */
  #reached = 0;
  #total: number | null = null;
  /** The number of rows on the page before, expected of the next pages too. */
  #length = 0;
  /** The shortest page of the usual size that others followed, here or by the cursor; null: none has been. */
  #full: number | null;
  /** The length of a smaller page that others followed: those of the usual size are as long at the least. */
  #fullSmall: number | null;
  #isFirst = true;
  readonly #request: ReadRequest<T>;
  /** A page of a round length may be cut. But after a cursor without a note about that, the usual size is trusted. */
  readonly #trusted: number | null;
  #mayBeCut: number | null = null;
  /** True if the page before seemed to be the last. */
  #isDoubted = false;
  /** The id of the first row since the bound was set. */
  #first: string | null = null;
  #isUneven = false;
  /**
   * True if too many pages in a row stalled. A growing count is an excuse up to `MOST_STALLS` pages: new rows push
   * others on.
   */
  #isStuck = false;
  /** The furthest time since the bound was set, in the order of the read. */
  #lastTime: bigint | null = null;
  /** The page before, since the bound was set. */
  #before: ReadPlace | null = null;
  /** The furthest row since the bound was set; used if rows come in the total order. */
  #furthest: Position | null = null;

  constructor(options: OffsetOptions<T>, request: ReadRequest<T>, call: Call) {
    this.#options = options;
    this.#call = inSequence(call);
    this.#direction = request.direction;
    this.#order = request.direction === 'forward' ? 'ascending' : 'descending';
    this.#tieOrdered = options.tieOrdered();
    this.#bound = request.from?.time ?? null;
    this.#request = request;
    const hint = typeof request.hint === 'number' ? request.hint : 0;
    this.#full = hint > 0 ? hint : null;
    this.#fullSmall = hint < 0 ? -hint : null;
    this.#trusted = request.from === null ? null : options.size.usual;
  }

  /**
   * The page length to store in a cursor, negative for smaller pages; null: nothing. A forged value is harmless: it
   * only makes a reader request more.
   */
  get hint(): number | null {
    if (this.#full !== null) return this.#full < this.#options.size.usual ? this.#full : null;
    return this.#mayBeCut ?? (this.#fullSmall === null ? null : -this.#fullSmall);
  }

  async next(): Promise<BoundedPage<T>> {
    const offset = this.#offset;
    const small = await this.#firstSize();
    const page = await this.#page(offset, small);
    if (this.#tieOrdered && !this.#options.tieOrdered()) throw new OrderLost(this.#options.source);
    const first = page.rows[0];
    if (first !== undefined && this.#ignoresBound(first.time)) throw new BoundIgnored();
    if (offset === 0) this.#first = first === undefined ? null : this.#options.identity.of(first);
    const count = page.rows.length;
    this.#offset = offset + count;
    const hasGrown = page.total !== null && this.#total !== null && page.total > this.#total;
    this.#total = page.total;
    const fresh = this.#countNew(page.rows);
    await this.#checkOrder(page.rows, { offset, fresh });
    // Rows behind a page that seemed to be the last may have been written meanwhile.
    if (fresh > 0 && this.#length > 0 && !this.#isDoubted) this.#full = Math.min(this.#full ?? Infinity, this.#length);
    // The next pages have the usual size.
    this.#length = small === null ? count : 0;
    const asked = small ?? this.#options.size.usual;
    const full = this.#full ?? this.#fullSmall;
    const signs: PageSigns = {
      ...signsOf({ ...page, offset, count, asked }, full ?? this.#trusted),
      ...{ isFullAssumed: full === null, shown: this.#options.size.shownTo(this.#call) },
    };
    this.#mayBeCut =
      this.#full === null && count > 0 && count < asked && !isShort({ ...signs, full: null }) ? count : null;
    const isStalled = first !== undefined && fresh === 0;
    this.#reached += fresh;
    const hasNoMore = this.#guard.isStuck(!isStalled || hasGrown);
    this.#isStuck = this.#patience.isStuck(!isStalled) || hasNoMore;
    // Stop prefetching: parallel pages fall behind a list that grows fast.
    if (isStalled) this.#isUneven = true;
    if (small !== null && count === small) this.#fullSmall = Math.max(this.#fullSmall ?? 0, count);
    const mayBeLast = isShort(signs) && (page.total === null || page.total <= this.#reached);
    const more = isStalled ? null : await this.#moreBehind(signs);
    this.#isDoubted = isUntold(signs);
    return { rows: page.rows, more, mayBeLast, isStalled };
  }

  async #firstSize(): Promise<number | null> {
    const { ladder, size } = this.#options;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? firstSize(ladder, size, this.#request, this.#call) : null;
  }

  /** Repeated rows must not count twice toward the vendor's count: the verdict must be the same without them. */
  async #moreBehind(signs: PageSigns): Promise<boolean | null> {
    const more = await moreBehindAsked(signs, async () => countsOf(await this.#fetch(0, 1)));
    return more === moreBehind({ ...signs, start: this.#reached - signs.count }) ? more : null;
  }

  /** Groups of equal times can only be read whole where rows come in the order of time. Others would be dropped. */
  async #checkOrder(rows: readonly Unplaced<T>[], { offset, fresh }: { offset: number; fresh: number }): Promise<void> {
    const normal = (time: bigint): bigint => (this.#order === 'ascending' ? time : -time);
    const times = rows.map(({ time }) => normal(time));
    const [reached, before] = [this.#lastTime, this.#before];
    for (const time of times) if (this.#lastTime === null || time > this.#lastTime) this.#lastTime = time;
    const keys = rows.map((row) => this.#options.identity.of(row));
    this.#before = { offset, keys };
    const isSorted = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
    const isBehind = reached !== null && fresh === rows.length && times.some((time) => time < reached);
    // Late rows shift others, and then rows before those of the page before are not out of order.
    const hasMoved = isSorted && isBehind && before !== null && !(await this.#isStill(before));
    if (isSorted && (!isBehind || hasMoved)) return;
    this.#options.size.learned(OffsetFacts).isUnsorted = true;
    throw isBehind ? new OrderLost(this.#options.source) : new RowsUnsorted();
  }

  /** True if the rows that were read at an offset are still there. */
  async #isStill({ offset, keys }: ReadPlace): Promise<boolean> {
    this.#call = freshCall(this.#call);
    const { rows } = await this.#fetch(offset, Math.max(1, keys.length));
    return keys.every((key, index) => rows[index] !== undefined && this.#options.identity.of(rows[index]) === key);
  }

  /** The number of rows beyond those of earlier pages. */
  #countNew(rows: readonly Unplaced<T>[]): number {
    const { identity } = this.#options;
    if (!this.#tieOrdered) return this.#guard.countNew(rows.map((row) => identity.of(row)));
    let fresh = 0;
    for (const row of rows) {
      const at = { time: row.time, tie: identity.of(row) };
      if (this.#furthest !== null && !isBeyond(at, this.#furthest, this.#direction)) continue;
      this.#furthest = at;
      fresh += 1;
    }
    return fresh;
  }

  /**
   * Inserted rows push others only to later pages, so nothing is lost as long as no page is older than the one before
   * it. A prefetched page may be older, which a lower count shows; then it is requested again.
   */
  async #page(offset: number, limit?: number | null): Promise<OffsetPage<T>> {
    const ahead = this.#ahead.get(offset);
    // The page begins at another offset than prefetching assumed.
    if (ahead === undefined && this.#ahead.size > 0) this.#isUneven = true;
    const page = await (ahead ?? this.#fetch(offset, limit ?? undefined));
    this.#ahead.delete(offset);
    if (page.total === null || this.#total === null || page.total >= this.#total) return page;
    this.#call = freshCall(this.#call);
    this.#ahead.clear();
    return this.#fetch(offset);
  }

  prefetch(need: number): void {
    // Without a count, it is unknown which of two pages is older.
    if (this.#total === null || this.#length === 0 || this.#isUneven) return;
    const pages = Math.min(MAX_PREFETCH, Math.ceil(need / this.#length));
    for (let ahead = 0; ahead < pages; ahead += 1) {
      const offset = this.#offset + ahead * this.#length;
      if (this.#ahead.has(offset) || offset >= this.#total) continue;
      const promise = this.#fetch(offset);
      // A reader that awaits the page sees its failure. The failure of a page that is never awaited must not end the
      // process.
      promise.catch(() => undefined);
      this.#ahead.set(offset, promise);
    }
  }

  /**
   * Decides how to continue after a page. After a stalled page, the read restarts at the instant reached, which helps
   * if many rows were inserted or if the vendor ignores offsets.
   */
  async goOn(page: BoundedPage<T>, reached: bigint | null): Promise<'on' | 'again' | 'end' | 'repeats'> {
    if (!page.isStalled) return 'on';
    if (reached !== null && this.restartAt(reached)) return 'again';
    // A repeated short page is either the last one, or the vendor returns it for every offset.
    if (page.mayBeLast) return (await this.#takesOffsets(page)) ? 'end' : 'repeats';
    return this.#isStuck ? 'repeats' : 'on';
  }

  /**
   * Called when a page came again for an offset after it. True if it is not the first page, or if an offset within it
   * leads to a row within it: then the vendor respects offsets.
   */
  async #takesOffsets({ rows }: BoundedPage<T>): Promise<boolean> {
    const [first, ...others] = rows.map((row) => this.#options.identity.of(row));
    // A page of one row has no offset within. If longer pages have come, a short page is the end.
    if (first !== this.#first || others.length === 0 || this.#full !== null) return true;
    const within = (await this.#fetch(others.length, 1)).rows[0];
    return within === undefined || others.includes(this.#options.identity.of(within));
  }

  /** Restarts at an instant. False if that is no further than the current bound. */
  restartAt(time: bigint): boolean {
    if (this.#bound !== null && clockTick(this.#bound) === clockTick(time)) return false;
    this.#bound = time;
    this.#offset = 0;
    this.#reached = 0;
    this.#total = null;
    this.#furthest = null;
    this.#lastTime = null;
    this.#before = null;
    this.#guard.forget();
    this.#ahead.clear();
    return true;
  }

  #fetch(offset: number, limit = this.#options.size.usual): Promise<OffsetPage<T>> {
    const bound =
      this.#bound === null
        ? {}
        : this.#order === 'ascending'
          ? { since: this.#bound - CLOCK }
          : { upTo: this.#bound + CLOCK };
    const request = { offset, limit, order: this.#order, ...bound };
    return fetchFitting(this.#options, request, this.#call);
  }

  #ignoresBound(first: bigint): boolean {
    if (this.#bound === null) return false;
    // The request includes one extra tick, and the vendor may round by another.
    return this.#order === 'ascending' ? first < this.#bound - 2n * CLOCK : first > this.#bound + 2n * CLOCK;
  }
}

function clockTick(time: bigint): bigint {
  return time / CLOCK;
}
