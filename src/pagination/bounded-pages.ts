import { anew, inSequence } from '../domain/call.ts';
import type { Call } from '../domain/call.ts';
import { comparePositions, isBeyond } from '../domain/ordered.ts';
import type { Ordered, Position } from '../domain/ordered.ts';
import { withTie } from './identity.ts';
import type { OffsetOptions, OffsetPage, OffsetRequest } from './offset.ts';
import type { Batch, Identity, ReadRequest, Unplaced } from './partition.ts';
import { batchOf, TieGroups } from './tie-groups.ts';

/** Lists that are paged by offset within bounds of time: a read begins at the instant of its position. */

/** The coarsest clock that a vendor's time bounds may have: a bound may bring rows from this much before it. */
const CLOCK = 1_000_000n;

/** How many pages are asked for side by side. */
const MAX_PREFETCH = 4;

/** The vendor takes the time bound without a word and does not apply it. */
export class BoundIgnored extends Error {}

export function readBounded<T extends Ordered>(
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
