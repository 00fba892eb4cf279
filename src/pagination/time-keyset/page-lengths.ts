import type { Ordered } from '../../domain/ordered.ts';
import { moreBehind } from '../core/page-end.ts';
import type { Hint } from '../core/partition.ts';
import type { AskedPage } from './list.ts';
import type { PageCap } from './page-cap.ts';

/**
 * How long the pages of one walk are, and so which of them is the last. A cursor carries on what is known: the length at which
 * a page was not the last or, below 0, the length of the longest page. Untrusted.
 */
export class PageLengths {
  readonly #cap: PageCap;
  readonly #most: number;
  /** The longest page that was not taken for the last. */
  #followed: number | null;
  #longest: number;
  /** The page before, if it had room for more rows than it had. */
  #doubted: AskedPage<Ordered> | null = null;

  /** `most`: how many rows a page usually may have. */
  constructor(cap: PageCap, most: number, hint: Hint | null) {
    this.#cap = cap;
    this.#most = most;
    const length = typeof hint === 'number' ? hint : 0;
    this.#followed = length > 0 ? length : null;
    this.#longest = Math.abs(length);
  }

  /** What a cursor should remember; null: nothing. */
  get hint(): number | null {
    const isCut = this.#followed !== null && this.#followed < this.#most;
    return this.#cap.cut ?? (isCut ? this.#followed : this.#longest > 0 ? -this.#longest : null);
  }

  /** The most rows that a page has which is not the last, as far as is known. */
  get most(): number {
    return Math.min(this.#cap.cut ?? Infinity, this.#followed ?? Infinity);
  }

  /** `isWhole`: the page has no bound, so it begins with the first row, and its count is that of all rows. */
  isEnd({ rows, more, total, asked }: AskedPage<Ordered>, isWhole: boolean): boolean {
    const counted = isWhole ? total : null;
    const count = rows.length;
    this.#cap.saw(count, asked, more === true || (counted !== null && counted > count));
    // Where a longer page has come, none is cut to this length.
    const full = Math.min(this.most, this.#longest > count ? asked : Infinity);
    this.#longest = Math.max(this.#longest, count);
    const signs = { start: isWhole ? 0 : null, count, asked, total: counted, said: more };
    return moreBehind({ ...signs, full: full === Infinity ? null : full }) === false;
  }

  /** The page is not taken for the last. */
  goesOn(page: AskedPage<Ordered>): void {
    this.#followed = Math.max(page.rows.length, this.#followed ?? 0);
    this.#doubted = page.rows.length < page.asked ? page : null;
  }

  /** The page that has come has rows behind those of the page before, which so was not the last. */
  follows(): void {
    if (this.#doubted !== null) this.#cap.saw(this.#doubted.rows.length, this.#doubted.asked, true);
    this.#doubted = null;
  }
}
