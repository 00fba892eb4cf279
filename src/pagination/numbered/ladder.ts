import type { Call } from '../../domain/call.ts';
import type { PageSize } from '../core/page-size.ts';

/** Of a block, so many rows on either side may be out of order. A page of half a block still comes out of one block. */
const BLOCK_TO_SWAPPED = 0.45;

/** What the readers of one log in one operation expect to take. */
export interface Wanted {
  /** Rows of each reader. */
  rows: number;
  /** Rows of a reader that begins where the list begins, in whole blocks. */
  atStart: number;
}

/**
 * How large the native pages of a source are: as many blocks of a few rows as a reader is likely to need. It remembers where
 * blocks turned out not to be possible; there all pages have the usual size.
 */
export class Ladder {
  readonly block: number;
  /** How many rows on either side of a block may be out of order. */
  readonly swapped: number;
  #isRefused = false;
  readonly #unordered = new WeakSet<PageSize>();

  constructor(block: number) {
    this.block = block;
    this.swapped = Math.floor(block * BLOCK_TO_SWAPPED);
  }

  /** May pages of this log be cut into blocks where so many rows fit into an answer? */
  allows(log: PageSize, rows: number): boolean {
    return !this.#isRefused && rows >= this.block && log.usual > this.block;
  }

  /** Is this log known to be too far out of order for blocks? */
  isUnordered(log: PageSize): boolean {
    return this.#unordered.has(log);
  }

  /** Pages of this source can't be asked for by number, or have another size than was asked for. */
  refuse(): void {
    this.#isRefused = true;
  }

  /** Rows of this log are too far out of order for pages as small as a block. */
  noteUnordered(log: PageSize): void {
    this.#unordered.add(log);
  }

  /**
   * What a reader wants and those who begin together with it, so that they can share native pages: the rows that they take,
   * one that shows that there are more, and those that wait at the border of a block.
   */
  async wanted(log: PageSize, need: number, fromStart: boolean, call: Call): Promise<Wanted> {
    const { swapped, block } = this;
    const wanted = call.scoped<Wanted>(log, 'rows that are wanted', () => ({ rows: 0, atStart: block }));
    const rows = need + 1 + swapped;
    wanted.rows = Math.max(wanted.rows, rows);
    if (fromStart) wanted.atStart = Math.max(wanted.atStart, Math.ceil(rows / block) * block);
    await everyoneHasBegun();
    return wanted;
  }
}

/** Resolves when everything that was begun in this turn has got as far as it does without an answer. */
function everyoneHasBegun(): Promise<void> {
  return new Promise((resolve) => {
    void Promise.resolve().then(() => {
      process.nextTick(resolve);
    });
  });
}
