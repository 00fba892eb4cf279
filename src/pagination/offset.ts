import { anew, inSequence } from '../domain/call.ts';
import type { Call } from '../domain/call.ts';
import { comparePositions, isBeyond } from '../domain/ordered.ts';
import type { Ordered, Position } from '../domain/ordered.ts';
import { withTie } from './identity.ts';
import { readIndexed } from './indexed-pages.ts';
import type { IndexedList, IndexedPage } from './indexed-pages.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from './partition.ts';
import { batchOf, TieGroups } from './tie-groups.ts';

/**
 * Lists that are paged by the number of rows to skip. Where the vendor can also bound by time, a read
 * begins at the instant of its position, so that its depth costs nothing and rows that move elsewhere do
 * no harm; where it cannot, pages are found by what they show (`indexed-pages.ts`).
 */

/** One native page in the order that was asked for. */
export interface OffsetPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** How many rows the vendor counts in all under the same bounds; null where it does not say. */
  readonly total: number | null;
  /** The page size that the vendor really used, where it says so (it may cap silently). */
  readonly limit: number | null;
}

export interface OffsetRequest {
  /** Rows to skip, counted from 0. A vendor that counts from 1 adds one in its connector. */
  readonly offset: number;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
  /** Only rows at or after this instant (nanoseconds), where `timeFilter` says that the vendor can. */
  readonly since?: bigint | undefined;
  /** Only rows at or before this instant (nanoseconds), inclusive, where `timeFilter` says that the vendor can. */
  readonly upTo?: bigint | undefined;
}

export interface OffsetOptions<T extends Ordered> {
  readonly key: string;
  /** The native page size, within the vendor's cap. */
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The orders that the vendor can give. With one only, the other direction is read from the far end. */
  readonly orders: readonly ['ascending'] | readonly ['descending'] | readonly ['ascending', 'descending'];
  /**
   * Asked at each page: does native order also order rows of equal time by their tie-break
   * (`order=timestamp,id`)? Then a group of equal times need not be read to its end.
   */
  tieOrdered(): boolean;
  /** Asked at each read: can the vendor bound by time? (It may have refused once, and that is remembered.) */
  timeFilter(): boolean;
  fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<T>>;
  /** The cheapest question for the total; by default the total of the first page. */
  count?(call: Call): Promise<number | null>;
}

/** The coarsest clock that a vendor's time bounds may have: a bound may bring rows from this much before it. */
const CLOCK = 1_000_000n;

/** How many pages are asked for side by side. */
const MAX_PREFETCH = 4;

export function offsetPartition<T extends Ordered>(options: OffsetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      if (options.count !== undefined) return options.count(call);
      const order = options.orders[0];
      return (await options.fetch({ offset: 0, limit: options.limit, order }, call)).total;
    },
  };
}

/** Reads in the best way that the vendor has shown to allow, and goes on in another when it turns out not to. */
async function* read<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  let from = request.from;
  let hint = request.hint;
  for (;;) {
    const ways = { timeFilter: options.timeFilter(), tieOrdered: options.tieOrdered() };
    const both = options.orders.length === 2;
    try {
      const batches =
        both && ways.timeFilter
          ? readBounded(options, { ...request, from }, call)
          : readByIndex(options, { ...request, from, hint }, call);
      for await (const batch of batches) {
        const last = batch.rows.at(-1);
        if (last !== undefined) {
          from = { time: last.time, tie: last.tie };
          hint = batch.hints.at(-1) ?? null;
        }
        yield batch;
      }
      return;
    } catch (error) {
      const changed = ways.timeFilter !== options.timeFilter() || ways.tieOrdered !== options.tieOrdered();
      // What the vendor refused is remembered, so the next round asks differently; any other error is one.
      if (error instanceof BoundIgnored) yield* readByIndex(options, { ...request, from, hint }, call);
      else if (!changed) throw error;
      if (error instanceof BoundIgnored) return;
    }
  }
}

/** The vendor takes the time bound without a word and does not apply it. */
class BoundIgnored extends Error {}

function readBounded<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  return options.tieOrdered() ? readTieOrdered(options, request, call) : readGroups(options, request, call);
}

/** Native order is the total order: rows go out as they come. */
async function* readTieOrdered<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const { direction, until } = request;
  const pages = new BoundedPages(options, request, call);
  let last: Position | null = request.from;
  let need = request.need;
  for (;;) {
    const page = await pages.next();
    const rows: T[] = [];
    let ended = false;
    for (const native of page.rows) {
      const row = withTie<T>(native, tieOf(options.identity, native));
      // Rows that were inserted before the page bring back rows that are already out.
      if (last !== null && !isBeyond(row, last, direction)) continue;
      if (until !== null && isAtOrBeyond(row, until, direction)) {
        ended = true;
        break;
      }
      rows.push(row);
      last = row;
    }
    need -= rows.length;
    const more = !ended && page.more;
    if (more && request.prefetch === true && until === null) pages.prefetch(need);
    yield batchOf({ rows, hints: rows.map(() => null) }, more ? moreOf(page, until) : false, 1);
    if (!more) return;
  }
}

/** Native order is by time only: groups of equal times are read whole. */
async function* readGroups<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const groups = new TieGroups<T>({ identity: options.identity, ...request });
  const pages = new BoundedPages(options, request, call);
  for (;;) {
    const page = await pages.next();
    const out = groups.push(page.rows.map((row) => ({ row, hint: null })));
    if (groups.ended || !page.more) {
      const rest = groups.ended ? { rows: [], hints: [] } : groups.finish();
      yield batchOf({ rows: [...out.rows, ...rest.rows], hints: [...out.hints, ...rest.hints] }, false, 1);
      return;
    }
    yield batchOf(out, groups.pendingCount > 0 ? groups.pendingIsWanted : null, 1);
    const open = groups.pendingTime;
    // Within one instant only offsets reach further; beyond it, the open group is read again from its start.
    if (open !== null && pages.restartAt(open)) groups.reset();
  }
}

/** The pages of a read that is bounded by time on the side it comes from. */
class BoundedPages<T extends Ordered> {
  readonly #options: OffsetOptions<T>;
  #call: Call;
  readonly #order: OffsetRequest['order'];
  readonly #ahead = new Map<number, Promise<OffsetPage<T>>>();
  #bound: bigint | null;
  #offset = 0;
  #total: number | null = null;
  #limit: number;

  constructor(options: OffsetOptions<T>, request: ReadRequest<T>, call: Call) {
    this.#options = options;
    this.#call = inSequence(call);
    this.#order = request.direction === 'forward' ? 'ascending' : 'descending';
    this.#bound = request.from?.time ?? null;
    this.#limit = options.limit;
  }

  /** `more`: should one ask on? `counted`: is that sure, and not only taken from a full page? */
  async next(): Promise<{ rows: readonly Unplaced<T>[]; more: boolean; counted: boolean }> {
    const offset = this.#offset;
    const page = await this.#page(offset);
    const first = page.rows[0];
    if (first !== undefined && this.#ignoresBound(first.time)) throw new BoundIgnored();
    // The vendor may cap the page size without a word but for this number.
    if (page.limit !== null && page.limit > 0) this.#limit = Math.min(page.limit, this.#options.limit);
    this.#offset = offset + page.rows.length;
    this.#total = page.total;
    const more = page.total === null ? page.rows.length >= this.#limit : this.#offset < page.total;
    return { rows: page.rows, more: more && page.rows.length > 0, counted: page.total !== null };
  }

  /**
   * Rows that are inserted push others to later pages only: nothing is lost as long as no page is older
   * than the one before it. Of pages that are asked for side by side, one may be; its count tells.
   */
  async #page(offset: number): Promise<OffsetPage<T>> {
    const page = await (this.#ahead.get(offset) ?? this.#fetch(offset));
    this.#ahead.delete(offset);
    if (page.total === null || this.#total === null || page.total >= this.#total) return page;
    this.#call = anew(this.#call);
    this.#ahead.clear();
    return this.#fetch(offset);
  }

  prefetch(need: number): void {
    // Without a count nobody can tell which of two pages is older.
    if (this.#total === null) return;
    const pages = Math.min(MAX_PREFETCH, Math.ceil(need / this.#limit));
    for (let ahead = 0; ahead < pages; ahead += 1) {
      const offset = this.#offset + ahead * this.#limit;
      if (this.#ahead.has(offset) || offset >= this.#total) continue;
      const promise = this.#fetch(offset);
      // Whoever takes the page sees its failure; one that nobody takes must not end the process.
      promise.catch(() => undefined);
      this.#ahead.set(offset, promise);
    }
  }

  /** Begins again at an instant, if that gets any further than the bound there is. */
  restartAt(time: bigint): boolean {
    if (this.#bound !== null && clockTick(this.#bound) === clockTick(time)) return false;
    this.#bound = time;
    this.#offset = 0;
    this.#total = null;
    this.#ahead.clear();
    return true;
  }

  #fetch(offset: number): Promise<OffsetPage<T>> {
    const bound =
      this.#bound === null ? {} : this.#order === 'ascending' ? { since: this.#bound } : { upTo: this.#bound };
    return this.#options.fetch({ offset, limit: this.#options.limit, order: this.#order, ...bound }, this.#call);
  }

  #ignoresBound(first: bigint): boolean {
    if (this.#bound === null) return false;
    return this.#order === 'ascending' ? first < this.#bound - CLOCK : first > this.#bound + CLOCK;
  }
}

function readByIndex<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const wanted = request.direction === 'forward' ? 'ascending' : 'descending';
  const order = options.orders.find((possible) => possible === wanted) ?? options.orders[0];
  return readIndexed(new OffsetList(options, order, call), options.identity, request);
}

class OffsetList<T extends Ordered> implements IndexedList<T> {
  readonly order: 'ascending' | 'descending';
  readonly #options: OffsetOptions<T>;
  #call: Call;
  #limit: number;

  constructor(options: OffsetOptions<T>, order: 'ascending' | 'descending', call: Call) {
    this.order = order;
    this.#options = options;
    this.#call = inSequence(call);
    this.#limit = options.limit;
  }

  limit(): number {
    return this.#limit;
  }

  canJump(): boolean {
    return true;
  }

  renew(): void {
    this.#call = anew(this.#call);
  }

  async fetch(index: number): Promise<IndexedPage<T>> {
    const asked = this.#limit;
    const offset = index * asked;
    const page = await this.#options.fetch({ offset, limit: asked, order: this.order }, this.#call);
    if (page.limit !== null && page.limit > 0 && page.limit < asked) {
      this.#limit = page.limit;
      // Pages are smaller than thought: the page of this number begins elsewhere.
      if (index > 0) return this.fetch(index);
    }
    const end = offset + page.rows.length;
    const isLast = page.rows.length === 0 || (page.total === null ? page.rows.length < this.#limit : end >= page.total);
    return { rows: page.rows, total: page.total, isLast };
  }
}

function tieOf<T extends Ordered>(identity: Identity<T>, row: Unplaced<T>): string {
  if (identity.by === 'id') return identity.of(row);
  throw new Error('A list that is ordered by tie-break has ids.');
}

function isAtOrBeyond(row: Position, until: Position, direction: ReadRequest<Ordered>['direction']): boolean {
  const order = comparePositions(row, until);
  return direction === 'forward' ? order >= 0 : order <= 0;
}

/** With an end to heed, a further page may lie wholly beyond it; without a count, there may be none. */
function moreOf(page: { more: boolean; counted: boolean }, until: Position | null): boolean | null {
  return until === null && page.counted ? page.more : null;
}

function clockTick(time: bigint): bigint {
  return time / CLOCK;
}
