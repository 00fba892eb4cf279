import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import type { Call } from '../../domain/call.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { Ordered, UnreadableRow } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from './partition.ts';
import { readOn } from './read-on.ts';
import { ShownSigns } from './page-end.ts';

/** Milliseconds without an oversized answer after which the page size doubles again. */
const GROWS_AFTER = 60_000;

/** Most logs of a source whose sizes are remembered. */
const MOST_LOGS = 1_000;

/** The page size of one log. It shrinks when long lines make an answer too large. */
export class PageSize {
  readonly usual: number;
  /** The smallest page size, whatever the size of its rows. */
  readonly least: number;
  /** What pages have shown about the signs of the source. */
  readonly shown: ShownSigns;
  readonly #now: () => number;
  readonly #learned = new Map<new () => unknown, unknown>();
  #rows: number;
  #since = 0;
  /** The length to which the vendor cuts pages, and leaves out rows between longer ones. */
  #cut = Infinity;

  constructor(
    usual: number,
    least = 1,
    now: () => number = () => performance.now(),
    shown: ShownSigns = new ShownSigns(),
  ) {
    this.usual = usual;
    this.least = least;
    this.shown = shown;
    this.#rows = usual;
    this.#now = now;
  }

  /** What a scheme has learned of this log; `Facts` is made on first use. */
  learned<F>(Facts: new () => F): F {
    const known = this.#learned.get(Facts) ?? new Facts();
    this.#learned.set(Facts, known);
    // The map has an instance of each class that is its key.
    return known as F;
  }

  get rows(): number {
    const most = Math.min(this.usual, this.#cut);
    if (this.#rows === this.usual) return most;
    const doublings = Math.min(30, Math.floor((this.#now() - this.#since) / GROWS_AFTER));
    return Math.min(most, this.#rows * 2 ** doublings);
  }

  /** What the source has shown about its signs, for a read by that call. Undefined: no look is taken behind a page. */
  shownTo(call: Call): ShownSigns | undefined {
    return call.comesAgain ? undefined : this.shown;
  }

  /** Records that longer pages leave out rows between them. Returns the size from now on. */
  cutTo(rows: number): number {
    this.#cut = Math.max(this.least, Math.min(this.#cut, rows));
    return this.rows;
  }

  /**
   * Records that an answer with `asked` rows was too large. Returns the new size, at most half unless `least` is
   * larger.
   */
  shrink(asked: number): number {
    const half = Math.max(this.least, asked >> 1);
    // Several pages requested in parallel may be too large at once; shrink only once for them.
    this.#rows = Math.min(half, this.rows);
    this.#since = this.#now();
    return this.#rows;
  }

  /** Undoes shrinking after a single oversized row, because other rows may fit as before. */
  restore(rows: number): void {
    this.#rows = Math.max(this.#rows, Math.min(rows, this.usual));
  }

  /** Fetches as many rows as fit, at most `most`. Throws if even `least` rows do not fit. */
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

/**
 * Thrown where the vendor cuts pages to fewer rows than requested, but counts page numbers by the rows requested: rows
 * between its pages are on none of them. Pages of `rows` rows have them all.
 */
export class CutPages extends Error {
  readonly rows: number;

  constructor(rows: number) {
    super('The vendor leaves out rows between its pages.');
    this.rows = rows;
  }
}

/** If more rows in a row do not fit, the answers are too large, not the rows. */
const MOST_TOGETHER = 5;

/** Counts single rows of one read that do not fit into an answer. Rows after them can still be read. */
export class TooLargeRows {
  #together = 0;

  /** Records that something could be read. */
  read(): void {
    this.#together = 0;
  }

  /** The stand-in for the row at a place. Throws the error if too many rows in a row do not fit. */
  at(place: number, error: AnswerTooLarge): UnreadableRow {
    this.#together += 1;
    if (this.#together > MOST_TOGETHER) throw error;
    return tooLargeRow(place);
  }
}

/** The stand-in for a row that does not fit into an answer even alone. */
export function tooLargeRow(place: number): UnreadableRow {
  return { id: `too large ${place}`, reason: 'it is larger than maxResponseBytes allows' };
}

/** The page sizes of the logs of one source. */
export class PageSizes {
  readonly #usual: number;
  readonly #least: number;
  readonly #sizes = new LRUCache<string, PageSize>(atMost(MOST_LOGS));
  readonly #shown = new ShownSigns();

  constructor(usual: number, least = 1) {
    this.#usual = usual;
    this.#least = least;
  }

  /** `shown`: what is known of lists of another kind. */
  of(log: string, shown = this.#shown): PageSize {
    const size = this.#sizes.get(log) ?? new PageSize(this.#usual, this.#least, undefined, shown);
    this.#sizes.set(log, size);
    return size;
  }
}

/**
 * Reads a list by page numbers, which are valid for one page size only. If a page is too large, or is cut, a new read with
 * smaller pages resumes after the last row that was given out.
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
      if (!(error instanceof AnswerTooLarge || error instanceof CutPages) || rows <= size.least) return false;
      rows = error instanceof CutPages ? size.cutTo(error.rows) : size.shrink(rows);
      return true;
    },
  );
}
