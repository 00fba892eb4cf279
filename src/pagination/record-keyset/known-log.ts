import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { FirstPage, sizeFor } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { ReadRequest } from '../core/partition.ts';
import type { KeysetPage, RecordKeysetOptions } from './list.ts';
import type { FoundPage } from './other-page.ts';

/** Where the native end of a list was found last. */
export interface FarEnd {
  /** How many records the list had. */
  readonly total: number;
  /** A record near the end. A page on which it is not is none of that end. */
  readonly id: string;
}

/** What reads of a log have shown of it: then the next one may begin with a page that is as large as the question. */
export class KnownLog {
  farEnd: FarEnd | null = null;
  /** How many records behind a row had to be seen before its place was certain, by which way and how far rows reach. */
  readonly #lookAhead = new Map<string, number>();

  /** That of the log whose pages have that size. */
  static of(size: PageSize): KnownLog {
    const found = known.get(size) ?? new KnownLog();
    known.set(size, found);
    return found;
  }

  /** A read has begun at an end of the log: so many records gave so many rows whose place is certain. */
  begun<T extends Ordered>(options: Reading<T>, request: ReadRequest<T>, records: number, rows: number): void {
    // Where the page gave less than was wanted, the next one is larger.
    this.#lookAhead.set(keyOf(options, request), rows < request.need ? records : Math.max(0, records - rows));
  }

  /** How many records to ask for first; null: as many as usual. */
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

  /** The last page of the list was found. */
  ended<T extends Ordered>({ page, offset }: FoundPage<T>): void {
    const { id, nameless } = page.records.at(-Math.min(FROM_END, page.records.length >> 1)) ?? {};
    const { total } = page;
    const end = offset + page.records.length;
    // Where offsets count from 1, the page begins one record earlier.
    const isCounted = total === end || total === end - 1;
    this.farEnd = id === undefined || nameless === true || !isCounted ? null : { total, id };
  }

  /** Is that page one of the end that is known? */
  shows<T extends Ordered>({ records }: KeysetPage<T>): boolean {
    return records.some(({ id }) => id === this.farEnd?.id);
  }
}

type Reading<T extends Ordered> = Pick<RecordKeysetOptions<T>, 'ladder' | 'size' | 'reach'>;

function keyOf<T extends Ordered>({ reach }: Reading<T>, { direction }: ReadRequest<T>): string {
  return `${direction} ${reach.before}`;
}

/** Records are not equally far apart everywhere. */
const SPARE = 1.25;

/** How far from its end a record of the list is remembered: within the smallest page, and records at the end may be purged. */
const FROM_END = 30;

const known = new WeakMap<PageSize, KnownLog>();
