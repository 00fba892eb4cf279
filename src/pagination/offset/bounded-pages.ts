import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { isBeyond } from '../../domain/ordered.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import { fetchFitting, OrderLost, signsOf } from './page.ts';
import type { OffsetOptions, OffsetPage, OffsetRequest } from './page.ts';
import { firstSize } from '../core/ladder.ts';
import { isShort, moreBehind } from '../core/page-end.ts';
import type { PageSigns } from '../core/page-end.ts';
import { PageGuard } from '../core/page-guard.ts';
import type { ReadRequest, Unplaced } from '../core/partition.ts';

/**
 * Lists that are paged by offset within bounds of time: a read begins at the instant of its position. The vendor may or may
 * not count that instant in, so it is asked from one tick of its clock before it: rows that were read already are left out.
 */

/** The coarsest clock that a vendor's time bounds may have: a bound may bring rows from this much before it. */
const CLOCK = 1_000_000n;

/** How many pages are asked for side by side. */
const MAX_PREFETCH = 4;

/** How many pages in a row may bring nothing new, whatever the vendor counts. */
const MOST_STALLS = 32;

/** The vendor takes the time bound without a word and does not apply it. */
export class BoundIgnored extends Error {}

/** A page of a bounded read. */
interface BoundedPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** Are there rows behind it? Null: only another call can tell. */
  readonly more: boolean | null;
  /** Is it shorter than what was asked for, and nothing is counted behind it? */
  readonly mayBeLast: boolean;
  /** Has it rows, and none that reaches further than the pages before it? */
  readonly isStalled: boolean;
}

/** The pages of a read that is bounded by time on the side it comes from. */
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
  /** How many rows have come since the bound was set, each counted once. */
  #reached = 0;
  #total: number | null = null;
  /** How many rows the page before had: the next ones are expected to have as many. */
  #length = 0;
  /** The shortest page of the usual size that others followed, here or by the cursor; null: none has been. */
  #full: number | null;
  /** The length of a smaller page that others followed: those of the usual size are as long at the least. */
  #fullSmall: number | null;
  #isFirst = true;
  readonly #request: ReadRequest<T>;
  /** A page of a round length may be cut. Behind a cursor that says nothing of it, a round length is that of what a client has read. */
  readonly #trusted: number | null;
  #mayBeCut: number | null = null;
  /** The id of the first row since the bound was set. */
  #first: string | null = null;
  #isUneven = false;
  /** Have too many done so? Where the vendor counts more rows each time, rows that were written pushed the others on. */
  #isStuck = false;
  /** The furthest row since the bound was set, where rows come in the total order. */
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
   * What a cursor should remember of the length of pages, that of smaller ones as a negative number; null: nothing. Untrusted: it
   * only makes a reader look further.
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
    if (fresh > 0 && this.#length > 0) this.#full = Math.min(this.#full ?? Infinity, this.#length);
    // The next ones are of the usual size.
    this.#length = small === null ? count : 0;
    const asked = small ?? this.#options.size.usual;
    const signs = signsOf({ ...page, offset, count, asked }, this.#full ?? this.#fullSmall ?? this.#trusted);
    this.#mayBeCut =
      this.#full === null && count > 0 && count < asked && !isShort({ ...signs, full: null }) ? count : null;
    const isStalled = first !== undefined && fresh === 0;
    this.#reached += fresh;
    const hasNoMore = this.#guard.isStuck(!isStalled || hasGrown);
    this.#isStuck = this.#patience.isStuck(!isStalled) || hasNoMore;
    // Pages that are asked for side by side fall behind a list that grows fast.
    if (isStalled) this.#isUneven = true;
    if (small !== null && count === small) this.#fullSmall = Math.max(this.#fullSmall ?? 0, count);
    const mayBeLast = isShort(signs) && (page.total === null || page.total <= this.#reached);
    return { rows: page.rows, more: isStalled ? null : this.#moreBehind(signs), mayBeLast, isStalled };
  }

  async #firstSize(): Promise<number | null> {
    const { ladder, size } = this.#options;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? firstSize(ladder, size, this.#request, this.#call) : null;
  }

  /** Rows that come again are not further rows of the vendor's count: what their number makes of it has to be true without them. */
  #moreBehind(signs: PageSigns): boolean | null {
    const more = moreBehind(signs);
    return more === moreBehind({ ...signs, start: this.#reached - signs.count }) ? more : null;
  }

  /** How many of the rows reach further than the pages before them. */
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
   * Rows that were inserted push others to later pages only: nothing is lost as long as no page is older
   * than the one before it. Of pages that are asked for side by side, one may be; its count tells.
   */
  async #page(offset: number, limit?: number | null): Promise<OffsetPage<T>> {
    const ahead = this.#ahead.get(offset);
    // Pages turn out to begin elsewhere than was thought.
    if (ahead === undefined && this.#ahead.size > 0) this.#isUneven = true;
    const page = await (ahead ?? this.#fetch(offset, limit ?? undefined));
    this.#ahead.delete(offset);
    if (page.total === null || this.#total === null || page.total >= this.#total) return page;
    this.#call = freshCall(this.#call);
    this.#ahead.clear();
    return this.#fetch(offset);
  }

  prefetch(need: number): void {
    // Without a count there is no telling which of two pages is older.
    if (this.#total === null || this.#length === 0 || this.#isUneven) return;
    const pages = Math.min(MAX_PREFETCH, Math.ceil(need / this.#length));
    for (let ahead = 0; ahead < pages; ahead += 1) {
      const offset = this.#offset + ahead * this.#length;
      if (this.#ahead.has(offset) || offset >= this.#total) continue;
      const promise = this.#fetch(offset);
      // A reader that takes the page sees its failure; the failure of a page that is never taken must not end the process.
      promise.catch(() => undefined);
      this.#ahead.set(offset, promise);
    }
  }

  /**
   * What to do behind a page. One that brings nothing new is skipped by beginning again at the instant that was reached:
   * that helps where many rows were inserted, and where the vendor ignores offsets.
   */
  async goOn(page: BoundedPage<T>, reached: bigint | null): Promise<'on' | 'again' | 'end' | 'repeats'> {
    if (!page.isStalled) return 'on';
    if (reached !== null && this.restartAt(reached)) return 'again';
    // A short page that comes again is the last one, or the vendor gives it wherever it is asked.
    if (page.mayBeLast) return (await this.#takesOffsets(page)) ? 'end' : 'repeats';
    return this.#isStuck ? 'repeats' : 'on';
  }

  /** The page came for an offset behind it. Is it another than the first one, or does an offset within it lead to a row within it? */
  async #takesOffsets({ rows }: BoundedPage<T>): Promise<boolean> {
    const [first, ...others] = rows.map((row) => this.#options.identity.of(row));
    // A page of one row has no offset within. Where longer pages have come, a short one holds all that there is.
    if (first !== this.#first || others.length === 0 || this.#full !== null) return true;
    const within = (await this.#fetch(others.length, 1)).rows[0];
    return within === undefined || others.includes(this.#options.identity.of(within));
  }

  /** Begins again at an instant, if that gets any further than the bound there is. */
  restartAt(time: bigint): boolean {
    if (this.#bound !== null && clockTick(this.#bound) === clockTick(time)) return false;
    this.#bound = time;
    this.#offset = 0;
    this.#reached = 0;
    this.#total = null;
    this.#furthest = null;
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
    // One tick is asked for, and the vendor may round by another.
    return this.#order === 'ascending' ? first < this.#bound - 2n * CLOCK : first > this.#bound + 2n * CLOCK;
  }
}

function clockTick(time: bigint): bigint {
  return time / CLOCK;
}
