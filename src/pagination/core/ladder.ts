import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { PageSize } from './page-size.ts';
import type { ReadRequest } from './partition.ts';

/** Native page sizes to choose from, so that a page has about as many rows as are still needed. */
export interface Ladder {
  /** The smallest first. The usual size of a page is above them. */
  readonly sizes: readonly number[];
  /** How many rows a page should have on either side of those that are needed: they show that nothing is missing there. */
  readonly ahead: number;
}

/** The smallest size for so many rows; `most` where there is none below it. */
export function sizeFor(wanted: number, { sizes }: Ladder, most: number): number {
  return Math.min(most, sizes.find((rows) => rows >= wanted) ?? most);
}

/** The smallest size below `most` at which these two places, and so all between them, are on one page; null: there is none. */
export function sizeAround(first: number, last: number, { sizes }: Ladder, most: number): number | null {
  return sizes.find((rows) => rows < most && Math.floor(first / rows) === Math.floor(last / rows)) ?? null;
}

/** The smallest size at which the last page of `total` rows has `wanted` of them, or else the one at which it has most. */
export function sizeAtEnd(total: number, wanted: number, { sizes }: Ladder, most: number): number {
  const onLast = (rows: number): number => total - (Math.ceil(total / rows) - 1) * rows;
  const possible = [...sizes.filter((rows) => rows < most), most];
  const best = Math.max(...possible.map(onLast));
  return possible.find((rows) => onLast(rows) >= Math.min(wanted, best)) ?? most;
}

/** The first or last page of a log: windows that one call asks for in the same moment get it in one size. */
export class FirstPage {
  #wanted = 0;
  #asked = 0;
  #needed = 0;

  static of(log: object, call: Call, name: 'first page' | 'last page' = 'first page'): FirstPage {
    return call.scoped(log, name, () => new FirstPage());
  }

  /** A window asks for it in this size now. */
  note(rows: number): void {
    this.#asked = Math.max(this.#asked, rows);
  }

  /** The largest size that a window of the call has needed. */
  get needed(): number {
    return this.#needed;
  }

  /** In which size to ask for it: at least `rows`. `needed`: what the window needs, which may be less. */
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
 * How many rows the first page of a read should have, where pages go on from any place and so may have any size; null: as many
 * as usual.
 */
export async function firstSize<T extends Ordered>(
  ladder: Ladder | undefined,
  size: PageSize,
  { from, need, accept }: ReadRequest<T>,
  call: Call,
): Promise<number | null> {
  if (ladder === undefined) return null;
  // A poll reads up to the end of the log, and a filter that is applied here leaves out rows.
  const isServed = accept === undefined && call.priority !== 'poll';
  const wanted = isServed ? sizeFor(need + ladder.ahead, ladder, size.rows) : size.rows;
  const rows = from === null ? await FirstPage.of(size, call).size(wanted) : wanted;
  return rows < size.rows ? rows : null;
}

/** How many rows the first page should have whose count is wanted: a small one would not show that the count stops early. */
export function countedSize(size: PageSize, call: Call): Promise<number> {
  return FirstPage.of(size, call).size(size.usual);
}

/** Until all that runs side by side now has run. */
function sameMoment(): Promise<void> {
  return new Promise((resolve) => {
    void Promise.resolve().then(() => {
      process.nextTick(resolve);
    });
  });
}
