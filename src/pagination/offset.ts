import { anew, inSequence } from '../domain/call.ts';
import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import { BoundIgnored, readBounded } from './bounded-pages.ts';
import { readIndexed } from './indexed-pages.ts';
import type { IndexedList, IndexedPage } from './indexed-pages.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from './partition.ts';

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
