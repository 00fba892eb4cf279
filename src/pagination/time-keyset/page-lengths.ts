import type { Ordered } from '../../domain/ordered.ts';
import { isShort, moreBehind } from '../core/page-end.ts';
import type { PageSigns, ShownSigns } from '../core/page-end.ts';
import type { Hint } from '../core/partition.ts';
import type { TimeOrder } from './after-clock.ts';
import type { AskedPage, TimePage } from './list.ts';
import type { PageCap } from './page-cap.ts';
import { isAhead } from './tick-reader.ts';

/**
 * The page lengths of one walk, which help to decide which page is the last. A cursor stores what is known: the length
 * of a page that was not the last or, as a negative number, the length of the longest page. Untrusted.
 */
export class TimedPageLengths {
  readonly #cap: PageCap;
  readonly #most: number;
  /** The length of the longest page that did not count as the last. */
  #followed: number | null;
  #longest: number;
  /** The previous page, which did not count as the last. */
  #before: AskedPage<Ordered> | null = null;
  readonly #shown: ShownSigns | undefined;
  /** True if all signs say that the page judged last is the last one, and the source has not shown what they are worth. */
  #isUntold = false;
  /** True if a page that did not count as the last seemed to be it. */
  #isDoubted = false;

  /** `most`: the usual page size. `shown`: see `PageSigns`. */
  constructor(cap: PageCap, most: number, hint: Hint | null, shown: ShownSigns | undefined) {
    this.#cap = cap;
    this.#most = most;
    this.#shown = shown;
    const length = typeof hint === 'number' ? hint : 0;
    this.#followed = length > 0 ? length : null;
    this.#longest = Math.abs(length);
  }

  /** What to store in a cursor; null: nothing. */
  get hint(): number | null {
    const isCut = this.#followed !== null && this.#followed < this.#most && !this.#isDoubted;
    const known = this.#cap.cut ?? (isCut ? this.#followed : null);
    // A longer page proves little about a shorter one if the source never states that more follows.
    return known ?? (this.#longest > 0 && !this.#cap.deniesMore ? -this.#longest : null);
  }

  /** The most rows on a page that is not the last, as far as known. */
  get most(): number {
    return Math.min(this.#cap.cut ?? Infinity, this.#followed ?? Infinity);
  }

  /** `isWhole`: the page has no bound, so it begins with the first row, and its count is that of all rows. */
  isEnd(page: AskedPage<Ordered>, isWhole: boolean): boolean {
    return moreBehind(this.signsOf(page, isWhole)) === false;
  }

  /** Records a page. Returns what it says about its end. */
  signsOf(page: AskedPage<Ordered>, isWhole: boolean): PageSigns {
    const { rows, more, total, asked } = page;
    const counted = isWhole ? total : null;
    const count = rows.length;
    const goesOn = more === true || (counted !== null && counted > count);
    // A claim that nothing follows is no sign once it has been wrong. For a page that may be cut, a single sign is not
    // enough.
    const isDoubted = page.lacksHints === true && !goesOn && !this.#hasLonger(count);
    const said = isDoubted || (more === false && this.#cap.deniesMore) ? null : more;
    this.#cap.saw(page, goesOn);
    // If a longer page has come, pages are not cut to this length.
    const full = Math.min(this.most, this.#longest > count ? asked : Infinity);
    this.#longest = Math.max(this.#longest, count);
    const signs = { start: isWhole ? 0 : null, count, asked, total: isDoubted ? null : counted, said };
    return { ...signs, full: full === Infinity ? null : full, shown: this.#shown };
  }

  /** True if a page of this length, claimed to be the last, could have held more rows. */
  hasRoom({ rows, asked }: Pick<AskedPage<Ordered>, 'rows' | 'asked'>): boolean {
    if (this.#cap.cut !== null || this.#cap.deniesMore) return false;
    return isShort({ count: rows.length, asked, full: this.#hasLonger(rows.length) ? asked : null });
  }

  #hasLonger(count: number): boolean {
    return Math.max(this.#longest, this.#cap.longest) > count;
  }

  /** Records that the page does not count as the last. `isUntold`: only because its signs may be wrong. */
  goesOn(page: AskedPage<Ordered>, isUntold: boolean): void {
    this.#followed = Math.max(page.rows.length, this.#followed ?? 0);
    this.#before = page;
    this.#isDoubted ||= isUntold;
    this.#isUntold = isUntold;
  }

  /**
   * Records the next page. If it has rows beyond the previous page, that page was not the last, unless these rows were written
   * meanwhile: `isStill` tells whether that page is as short as it was, and is asked if its signs had made it the last.
   */
  async follows(
    { rows }: TimePage<Ordered>,
    order: TimeOrder,
    isStill: (before: AskedPage<Ordered>) => Promise<boolean>,
  ): Promise<void> {
    const before = this.#before;
    this.#before = null;
    const [known, last] = [before?.rows.at(-1), rows.at(-1)];
    if (before === null || known === undefined || last === undefined || !isAhead(order, last.time, known.time)) return;
    if (!this.#isUntold || (await isStill(before))) this.#cap.goesOnBehind(before);
  }
}
