import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { PageSize } from './page-size.ts';
import type { ReadRequest } from './partition.ts';

/** Native page sizes to choose from, so that a page has about as many rows as the reader still needs. */
export interface Ladder {
  /** In ascending order, all below the usual page size. */
  readonly sizes: readonly number[];
  /** Extra rows on either side of the needed ones, which show that no row is missing there. */
  readonly ahead: number;
}

/** The smallest size that holds `wanted` rows, at most `most`. */
export function sizeFor(wanted: number, { sizes }: Ladder, most: number): number {
  return Math.min(most, sizes.find((rows) => rows >= wanted) ?? most);
}

/**
 * The smallest size below `most` at which one page contains both places and all between them. Null: there is no such
 * size.
 */
export function sizeAround(first: number, last: number, { sizes }: Ladder, most: number): number | null {
  return sizes.find((rows) => rows < most && Math.floor(first / rows) === Math.floor(last / rows)) ?? null;
}

/**
 * The smallest size at which the last page of `total` rows has at least `wanted` rows. If there is none, the size whose
 * last page has the most rows.
 */
export function sizeAtEnd(total: number, wanted: number, { sizes }: Ladder, most: number): number {
  const onLast = (rows: number): number => total - (Math.ceil(total / rows) - 1) * rows;
  const possible = [...sizes.filter((rows) => rows < most), most];
  const best = Math.max(...possible.map(onLast));
  return possible.find((rows) => onLast(rows) >= Math.min(wanted, best)) ?? most;
}

/** The size of the first or last page of a log. Windows that one call requests in the same moment share one size. */
export class FirstPage {
  #wanted = 0;
  #asked = 0;
  #needed = 0;

  static of(log: object, call: Call, name: 'first page' | 'last page' = 'first page'): FirstPage {
    return call.scoped(log, name, () => new FirstPage());
  }

  /** Records that a window requests the page in this size. */
  note(rows: number): void {
    this.#asked = Math.max(this.#asked, rows);
  }

  /** The largest size that any window of the call has needed. */
  get needed(): number {
    return this.#needed;
  }

  /** The size to request, at least `rows`. `needed`: how many rows the window needs, which may be fewer. */
  async size(rows: number, needed = rows): Promise<number> {
    this.#needed = Math.max(this.#needed, needed);
    if (rows > this.#asked) {
      this.#wanted = Math.max(this.#wanted, rows);
      await sameMoment();
      this.note(this.#wanted);
    }
    return this.#asked;
  }
}

/**
 * The size of the first page of a read, for schemes whose pages can start anywhere and have any size. Null: the usual
 * size.
 */
export async function firstSize<T extends Ordered>(
  ladder: Ladder | undefined,
  size: PageSize,
  { from, need, accept }: ReadRequest<T>,
  call: Call,
): Promise<number | null> {
  if (ladder === undefined) return null;
  // A poll reads to the end of the log, and a residual filter drops rows: both need full pages.
  const isServed = accept === undefined && call.priority !== 'poll';
  const wanted = isServed ? sizeFor(need + ladder.ahead, ladder, size.rows) : size.rows;
  const rows = from === null ? await FirstPage.of(size, call).size(wanted) : wanted;
  return rows < size.rows ? rows : null;
}

/** The size of a first page that is read for its count. A small page would not show that the count is too low. */
export function countedSize(size: PageSize, call: Call): Promise<number> {
  return FirstPage.of(size, call).size(size.usual);
}

/** Resolves after all work that is already queued in this moment. */
function sameMoment(): Promise<void> {
  return new Promise((resolve) => {
    void Promise.resolve().then(() => {
      process.nextTick(resolve);
    });
  });
}
