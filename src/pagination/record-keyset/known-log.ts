import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { FirstPage, sizeFor } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { ReadRequest } from '../core/partition.ts';
import type { FoundPage, KeysetPage, RecordKeysetOptions } from './list.ts';

/** The last known native end of a list. */
export interface FarEnd {
  /** The number of records in the list. */
  readonly total: number;
  /** A record near the end. A page without it is not at that end. */
  readonly id: string;
}

/** Facts from earlier reads of a log, with which the next read may begin with a page that is just large enough. */
export class KnownLog {
  farEnd: FarEnd | null = null;
  /** True once records that overtake each other were seen: from then on, walks place each record by itself. */
  overtakes = false;
  /** Whether the vendor counts the whole list on each page, or only the records from the page on. Null: unknown. */
  countsAll: boolean | null = null;
  /** True if nothing lay at the last place that the vendor counts. Then its counts do not show that records follow. */
  countsTooMany = false;
  /** How many records behind a row had to be seen before its place was certain, by which way and how far rows reach. */
  readonly #lookAhead = new Map<string, number>();

  static of(size: PageSize): KnownLog {
    return size.learned(KnownLog);
  }

  /** Records what the first page of a read from an end of the log gave: its `records`, and the `rows` whose place is certain. */
  begun<T extends Ordered>(options: Reading<T>, request: ReadRequest<T>, records: number, rows: number): void {
    // Where the page gave less than was wanted, the next one is larger.
    this.#lookAhead.set(keyOf(options, request), rows < request.need ? records : Math.max(0, records - rows));
  }

  /** The size of the first page; null: the usual size. */
  async rowsAtEnd<T extends Ordered>(options: Reading<T>, request: ReadRequest<T>, call: Call): Promise<number | null> {
    const { ladder, size, reach } = options;
    const { from, need, accept } = request;
    if (ladder === undefined || from !== null) return null;
    const lookAhead = this.#lookAhead.get(keyOf(options, request)) ?? null;
    // A poll reads up to the end of the log, and a filter that is applied here leaves out rows.
    const isServed = lookAhead !== null && accept === undefined && call.priority !== 'poll';
    const ahead = Math.ceil(Math.max(lookAhead ?? 0, reach.records) * SPARE);
    const wanted = isServed ? sizeFor(need + ahead, ladder, size.usual) : size.usual;
    const rows = await FirstPage.of(size, call).size(wanted);
    return rows < size.usual ? rows : null;
  }

  /** Records the last page of the list. */
  ended<T extends Ordered>({ page, offset }: FoundPage<T>): void {
    const { id, nameless } = page.records.at(-Math.min(FROM_END, page.records.length >> 1)) ?? {};
    const { total } = page;
    const end = offset + page.records.length;
    // Where offsets count from 1, the page begins one record earlier.
    const isCounted = total === end || total === end - 1;
    this.farEnd = id === undefined || nameless === true || !isCounted ? null : { total, id };
  }

  /** True if the page is at the known end. */
  shows<T extends Ordered>({ records }: KeysetPage<T>): boolean {
    return records.some(({ id }) => id === this.farEnd?.id);
  }
}

type Reading<T extends Ordered> = Pick<RecordKeysetOptions<T>, 'ladder' | 'size' | 'reach'>;

function keyOf<T extends Ordered>({ reach }: Reading<T>, { direction }: ReadRequest<T>): string {
  return `${direction} ${reach.before}`;
}

/** A safety factor, because records are not evenly spaced. */
const SPARE = 1.25;

/** How far from its end a record of the list is remembered: within the smallest page, and records at the end may be purged. */
const FROM_END = 30;
