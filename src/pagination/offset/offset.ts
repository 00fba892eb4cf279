import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { readBounded } from './bounded.ts';
import { BoundIgnored } from './bounded-pages.ts';
import { readIndexed } from '../numbered/pages.ts';
import type { IndexedList, IndexedPage, PageRows } from '../numbered/list.ts';
import { countedBy, fetchFitting, OffsetFacts, OrderLost } from './page.ts';
import type { OffsetOptions, OffsetPage } from './page.ts';
import { readRun } from './run.ts';
import type { Run } from './run.ts';
import { countedSize } from '../core/ladder.ts';
import { REPEATS } from '../core/page-guard.ts';
import { readFitting } from '../core/page-size.ts';
import { readOn } from '../core/read-on.ts';
import type { Batch, Partition, ReadRequest, Unplaced } from '../core/partition.ts';

/**
 * Lists that are paged by the number of rows to skip. If the vendor can also bound by time, a read begins at the
 * instant of its position, so that depth costs nothing and rows that move elsewhere do no harm. Otherwise pages are
 * located by their content (`numbered/`).
 */

export function offsetPartition<T extends Ordered>(options: OffsetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      if (options.count !== undefined) return options.count(call);
      const order = options.orders[0];
      const limit = await countedSize(options.size, call);
      const page = await fetchFitting(options, { offset: 0, limit, order }, call);
      return countedBy({ ...page, offset: 0, count: page.rows.length });
    },
  };
}

/** Reads in the best way that the vendor is known to support, and switches to another if it does not. */
function read<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const facts = options.size.learned(OffsetFacts);
  const canBound = () => options.timeFilter() && !facts.isUnsorted;
  const waysNow = () => ({ timeFilter: canBound(), tieOrdered: options.tieOrdered() });
  let ways = waysNow();
  let ignoresBounds = false;
  return readOn(
    request,
    (again) => {
      ways = waysNow();
      const isBounded = options.orders.length === 2 && ways.timeFilter && !ignoresBounds;
      return isBounded ? readBounded(options, again, call) : readByIndex(options, again, call);
    },
    (error, isClean) => {
      // Reading by page number needs no special support, so an error there is final.
      if (ignoresBounds) return false;
      ignoresBounds = error instanceof BoundIgnored;
      if (ignoresBounds) return true;
      const isLost = ways.timeFilter !== canBound() || ways.tieOrdered !== options.tieOrdered();
      return isLost && (isClean || !(error instanceof OrderLost));
    },
  );
}

function readByIndex<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const wanted = request.direction === 'forward' ? 'ascending' : 'descending';
  const order = options.orders.find((possible) => possible === wanted) ?? options.orders[0];
  return readFitting(options.size, request, (again, rows) =>
    readIndexed(new OffsetList(options, order, rows, call), options.identity, again),
  );
}

class OffsetList<T extends Ordered> implements IndexedList<T> {
  readonly order: 'ascending' | 'descending';
  readonly asked: PageRows;
  readonly #options: OffsetOptions<T>;
  #call: Call;
  #limit: number;
  /** The length of the shortest page known to be followed by others. */
  #full: number | null = null;

  constructor(options: OffsetOptions<T>, order: 'ascending' | 'descending', rows: number, call: Call) {
    this.order = order;
    this.asked = { rows, usual: options.size.usual };
    this.#options = options;
    this.#call = inSequence(call);
    this.#limit = rows;
  }

  get source(): string {
    return this.#options.source;
  }

  limit(): number {
    return this.#limit;
  }

  canJump(): boolean {
    return true;
  }

  inPagesOf(rows: number): IndexedList<T> {
    return new OffsetList(this.#options, this.order, rows, freshCall(this.#call));
  }

  renew(): void {
    this.#call = freshCall(this.#call);
  }

  /** Reads the page of a number. The vendor may cap its pages silently; then one page is assembled from several. */
  async fetch(index: number): Promise<IndexedPage<T>> {
    const limit = this.#limit;
    const run = await this.#run(index * limit, () => this.#limit);
    // Pages turned out smaller, so the page of this number begins elsewhere.
    if (this.#limit < limit && index > 0) return this.fetch(index);
    const followed = run.more === true ? run.pages : run.pages.slice(0, -1);
    for (const page of followed) this.#full = Math.min(this.#full ?? Infinity, page.rows.length);
    const rows = run.pages.flatMap((page) => page.rows).slice(0, this.#limit);
    const offset = index * this.#limit;
    const end = offset + rows.length;
    const isCounted = run.more === null && run.total === end;
    const behind = isCounted ? await this.#behind(rows, end) : run.more === false ? 'nothing' : 'rows';
    const total = countedBy({ offset, count: rows.length, total: run.total });
    return { rows, total, isLast: behind !== 'rows', missing: behind === 'the same' ? REPEATS : undefined };
  }

  /** Looks at what follows a page that reaches the count, which may be the count of this page alone. */
  async #behind(rows: readonly Unplaced<T>[], offset: number): Promise<'nothing' | 'rows' | 'the same'> {
    const ids = rows.map((row) => this.#options.identity.of(row));
    const found = await this.#idsAt(offset);
    if (!found.every((id) => ids.includes(id))) return 'rows';
    // Known rows: the vendor returns its last page for offsets after it, or its first page for every offset.
    if (found.length === 0 || offset > ids.length || ids.length === 1) return 'nothing';
    const within = await this.#idsAt(ids.length - 1);
    return within.every((id) => ids.indexOf(id) > 0) ? 'nothing' : 'the same';
  }

  /** The id of the row at an offset, or the ids of what the vendor returns instead. */
  async #idsAt(offset: number): Promise<string[]> {
    const { pages } = await this.#run(offset, () => 1);
    return pages.flatMap((page) => page.rows.map((row) => this.#options.identity.of(row)));
  }

  async #run(offset: number, want: () => number): Promise<Run<OffsetPage<T>>> {
    const { source, identity } = this.#options;
    const call = this.#call;
    const run = await readRun({
      source,
      offset,
      want,
      call,
      full: this.#full,
      shown: this.#options.size.shownTo(call),
      fetch: async (from, limit, current) => {
        const page = await this.#options.fetch({ offset: from, limit, order: this.order }, current);
        // The vendor may report a smaller page size.
        if (from === offset && page.limit !== null && page.limit > 0 && page.limit < limit) this.#limit = page.limit;
        return page;
      },
      look: ({ rows, total, limit, said }) => ({ keys: rows.map((row) => identity.of(row)), total, limit, said }),
    });
    if (run.call !== call) this.#call = run.call;
    return run;
  }
}
