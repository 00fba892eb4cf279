import type { Json } from '../../domain/json.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { IndexedList, IndexedPage, PageRows } from './list.ts';

/**
 * One list read in native pages of any size. A native page is cut into blocks, which all have one size, and a walk sees
 * blocks alone: the order of rows, cursors and hints depend on blocks, and never on the size of a native page.
 */

/** A walk that has begun at so many places without going on from one searches: it takes large pages. */
const FEW_PLACES = 2;

/** How many native pages are kept: those that a walk asks for side by side, and those that it looks at again. */
const KEPT_PAGES = 5;

/** How many of the largest native pages are asked for side by side. */
const PAGES_AHEAD = 4;

/** Pages of this list are no parts of a numbered list, or are not as large as they were asked to be. */
export class NoBlocks extends Error {}

export interface BlockOptions<T extends Ordered> {
  readonly block: number;
  /** How many rows on either side of a block may be out of order. */
  readonly swapped: number;
  /** The usual page size of the source: what it is read by where there are no blocks. */
  readonly usual: number;
  /** Rows that the walk is likely to look at. */
  readonly wanted: number;
  /** Does the walk begin at a position? */
  readonly isBeyond: boolean;
  /** Rows that are asked for where the list begins. */
  readonly atStart: number;
  /** Rows of the largest native page: a multiple of the block. */
  readonly largest: number;
  /** Which way the walk goes. */
  readonly step: 1 | -1;
  /** The list in native pages of one size. Throws NoBlocks where it could only be walked. */
  list(rows: number): IndexedList<T>;
}

interface NativePage<T extends Ordered> {
  readonly rows: number;
  readonly index: number;
  readonly page: Promise<IndexedPage<T>>;
}

export class BlockList<T extends Ordered> implements IndexedList<T> {
  readonly order = 'ascending';
  readonly asked: PageRows;
  readonly swapped: number;
  readonly mostAhead: number;
  readonly #options: BlockOptions<T>;
  readonly #lists = new Map<number, IndexedList<T>>();
  #pages: NativePage<T>[] = [];
  /** Where the walk last began, which block it has asked for since, and at how many places it has begun. */
  #start = -1;
  #reached = -1;
  #places = 0;
  /** Rows of the native pages since it last began. */
  #read = 0;
  #fetched = 0;
  /** Rows of the list, as the last native page counted them. */
  #total: number | null = null;

  constructor(options: BlockOptions<T>) {
    this.asked = { rows: options.block, usual: options.usual };
    this.swapped = options.swapped;
    this.mostAhead = (PAGES_AHEAD * options.largest) / options.block;
    this.#options = options;
  }

  get source(): string | undefined {
    return this.#listOf(this.#options.block).source;
  }

  limit(): number {
    return this.#options.block;
  }

  canJump(): boolean {
    return this.#listOf(this.#options.block).canJump();
  }

  renew(): void {
    this.#pages = [];
    for (const list of this.#lists.values()) list.renew();
  }

  remember(): Json {
    return null;
  }

  recall(index: number, memory: Json): void {
    if (memory === null) this.#listOf(this.#options.block).recall?.(index, null);
  }

  isAtHand(index: number): boolean {
    return this.#known(index) !== undefined;
  }

  takeFetched(): number {
    const fetched = this.#fetched;
    this.#fetched = 0;
    return fetched;
  }

  async fetch(index: number): Promise<IndexedPage<T>> {
    const { block } = this.#options;
    const native = this.#pageWith(index);
    const { rows, total, isLast, missing } = await native.page;
    this.#total = total;
    if (rows.length > native.rows) throw new NoBlocks();
    if (!isLast && (rows.length < native.rows || !this.canJump())) throw new NoBlocks();
    const start = index * block - native.index * native.rows;
    const ends = isLast && start + block >= rows.length;
    return {
      rows: rows.slice(start, start + block),
      total,
      isLast: ends,
      missing: ends ? missing : undefined,
      answer: native.page,
    };
  }

  /** The native page with that block: one that was asked for already, or else of the size that fits the walk so far. */
  #pageWith(index: number): NativePage<T> {
    const { block, largest, step } = this.#options;
    const goesOn = index === this.#reached + step && this.#start >= 0;
    if (!goesOn) {
      this.#start = index;
      this.#places += 1;
      this.#read = 0;
    }
    this.#reached = index;
    const known = this.#known(index);
    if (known !== undefined) return known;
    const rows = this.#isLong ? largest : this.#fitting(index);
    const number = Math.floor((index * block) / rows);
    const native = { rows, index: number, page: this.#listOf(rows).fetch(number) };
    // Whoever awaits it sees its failure.
    native.page.catch(() => undefined);
    this.#fetched += 1;
    this.#read += rows;
    this.#pages = [...this.#pages.slice(1 - KEPT_PAGES), native];
    return native;
  }

  /** Does the walk take the largest pages, which others that do so share with it? */
  get #isLong(): boolean {
    return this.#places > FEW_PLACES || this.#options.wanted > this.#options.largest;
  }

  /** Rows of a native page for what is still wanted from that block on; as many again as were read where that is not known. */
  #fitting(index: number): number {
    const { block, largest, step, wanted, atStart, isBeyond } = this.#options;
    const page = { block, most: largest };
    // Of the last block only so many rows are there.
    const missing = step === -1 && this.#total !== null ? Math.max(0, (index + 1) * block - this.#total) : 0;
    const left = wanted + Math.min(missing, block) - Math.abs(index - this.#start) * block;
    if (index === 0 && this.#read === 0) {
      // A walk to earlier rows looks here to see how long the list is; readers of its beginning share the page.
      const rows = step === 1 ? Math.max(atStart, left) : atStart;
      return pageWith({ ...page, index, step: 1 }, rows);
    }
    // Rows near the border of a block may belong to the one before.
    const before = isBeyond && this.#read === 0 ? 1 : 0;
    const rows = pageWith(
      { ...page, index: Math.max(0, index - before * step), step },
      (left > 0 ? left : this.#read) + before * block,
    );
    return isWithin(index, block, rows) ? rows : pageWith({ ...page, index, step }, left);
  }

  /** A native page that has all of the block. */
  #known(index: number): NativePage<T> | undefined {
    const { block } = this.#options;
    return this.#pages.find(
      (page) => isWithin(index, block, page.rows) && Math.floor((index * block) / page.rows) === page.index,
    );
  }

  #listOf(rows: number): IndexedList<T> {
    const list = this.#lists.get(rows) ?? this.#options.list(rows);
    this.#lists.set(rows, list);
    return list;
  }
}

interface BlockAt {
  readonly index: number;
  readonly block: number;
  /** Rows of the largest native page. */
  readonly most: number;
  readonly step: 1 | -1;
}

/**
 * How many rows the pages of a numbered list should have, so that one of them has a block whole and, from there in the
 * direction of the walk, so many rows: the least number that does, or else the one that comes nearest to it.
 */
function pageWith({ index, block, most, step }: BlockAt, wanted: number): number {
  const [first, end] = [index * block, (index + 1) * block];
  const whole = Math.ceil(wanted / block) * block;
  const aim = step === 1 ? whole : Math.min(whole, end);
  let best = { rows: block, covered: block };
  for (let rows = block; rows <= most && best.covered < aim; rows += 1) {
    if (!isWithin(index, block, rows)) continue;
    const from = Math.floor(first / rows) * rows;
    const blocks = Math.floor((step === 1 ? from + rows - first : end - from) / block);
    if (blocks * block > best.covered) best = { rows, covered: blocks * block };
  }
  return best.rows;
}

/** Do the rows of the block lie on one page where pages have so many rows? */
function isWithin(index: number, block: number, rows: number): boolean {
  return Math.floor((index * block) / rows) === Math.floor(((index + 1) * block - 1) / rows);
}
