import { LRUCache } from 'lru-cache';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { Ordered, UnreadableRow } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from './partition.ts';
import { readOn } from './read-on.ts';

/** After so long without an answer that was too large, pages may have twice as many rows again. Milliseconds. */
const GROWS_AFTER = 60_000;

/** How many logs of a source are remembered. */
const MOST_LOGS = 1_000;

/** How many rows of one log are asked for at once: fewer where lines are so long that the answer would be too large. */
export class PageSize {
  readonly usual: number;
  /** So few rows are always asked for, whatever their size. */
  readonly least: number;
  /** Has a smaller page shown something odd? Then the log is only read in pages that are as large as they can be. */
  isUneven = false;
  /** How many rows the log had when a page last showed it: its end should be near there. Null: nothing has. */
  rowsInAll: number | null = null;
  /** How many rows the longest page has had that named no next one, although rows lie behind it. Null: none has. */
  unnamedBehind: number | null = null;
  /** A token that the vendor has given: those of other pages are spelled in its way. */
  tokenLike: string | null = null;
  readonly #now: () => number;
  #rows: number;
  #since = 0;

  constructor(usual: number, least = 1, now: () => number = () => performance.now()) {
    this.usual = usual;
    this.least = least;
    this.#rows = usual;
    this.#now = now;
  }

  get rows(): number {
    if (this.#rows === this.usual) return this.usual;
    const doublings = Math.min(30, Math.floor((this.#now() - this.#since) / GROWS_AFTER));
    return Math.min(this.usual, this.#rows * 2 ** doublings);
  }

  /** The answer with so many rows was too large. Says how many to ask for instead: at most half. */
  shrink(asked: number): number {
    const half = Math.max(this.least, asked >> 1);
    // Pages that were asked for side by side are too large together.
    this.#rows = Math.min(half, this.rows);
    this.#since = this.#now();
    return this.#rows;
  }

  /** What did not fit was one row that is too large by itself: the others may fit in as many as before. */
  restore(rows: number): void {
    this.#rows = Math.max(this.#rows, Math.min(rows, this.usual));
  }

  /** Asks for as many rows as fit, `most` at the most. Where even the least do not, the error stands. */
  async fit<P>(
    most: number,
    fetch: (rows: number) => Promise<P>,
  ): Promise<{ readonly page: P; readonly asked: number }> {
    for (let asked = Math.min(most, this.rows); ;) {
      try {
        return { page: await fetch(asked), asked };
      } catch (error) {
        if (!(error instanceof AnswerTooLarge) || asked <= this.least) throw error;
        asked = this.shrink(asked);
      }
    }
  }
}

/** Of so many rows that follow each other none fits: then it is not the rows that are large, the answers are. */
const MOST_TOGETHER = 5;

/** Rows of one read that do not fit into an answer by themselves. Others can be read behind them. */
export class TooLargeRows {
  #together = 0;

  /** Something could be read. */
  read(): void {
    this.#together = 0;
  }

  /** What stands for the row at that place. Throws the error where there are too many: a source whose answers have no end has no rows. */
  at(place: number, error: AnswerTooLarge): UnreadableRow {
    this.#together += 1;
    if (this.#together > MOST_TOGETHER) throw error;
    return tooLargeRow(place);
  }
}

/** Stands for the row at a place of a list: it does not fit into an answer by itself. */
export function tooLargeRow(place: number): UnreadableRow {
  return { id: `too large ${place}`, reason: 'it is larger than maxResponseBytes allows' };
}

/** The page sizes of the logs of one source. */
export class PageSizes {
  readonly #usual: number;
  readonly #least: number;
  readonly #sizes = new LRUCache<string, PageSize>({ max: MOST_LOGS });

  constructor(usual: number, least = 1) {
    this.#usual = usual;
    this.#least = least;
  }

  of(log: string): PageSize {
    const size = this.#sizes.get(log) ?? new PageSize(this.#usual, this.#least);
    this.#sizes.set(log, size);
    return size;
  }
}

/**
 * Reads a list whose pages have numbers, which mean something for one page size only: where a page is too large, a new read
 * of smaller pages goes on behind the last row that was given out.
 */
export function readFitting<T extends Ordered>(
  size: PageSize,
  request: ReadRequest<T>,
  read: (request: ReadRequest<T>, rows: number) => AsyncGenerator<Batch<T>, void, undefined>,
): AsyncGenerator<Batch<T>, void, undefined> {
  let { rows } = size;
  return readOn(
    request,
    (again) => read(again, rows),
    (error) => {
      if (!(error instanceof AnswerTooLarge) || rows <= size.least) return false;
      rows = size.shrink(rows);
      return true;
    },
  );
}
