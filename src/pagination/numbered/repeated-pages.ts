import type { Ordered } from '../../domain/ordered.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import type { IndexedList, IndexedPage } from './list.ts';
import { isSame, textOfRow } from './still-rows.ts';

/** Finds out whether a vendor gives the same page under several numbers. */
export class RepeatedPages<T extends Ordered> {
  readonly #list: IndexedList<T>;
  readonly #source: string;
  readonly #again: (index: number) => Promise<IndexedPage<T>>;
  /** Where a page was seen that begins and ends so. */
  readonly #spans = new Map<string, number>();
  /** The last page of one instant. */
  #instant: IndexedPage<T> | null = null;
  /** Has it been seen that other numbers lead to other pages? */
  #takesNumbers = false;

  /** `again`: the page as it is now, whatever was asked for before. */
  constructor(list: IndexedList<T>, source: string, again: (index: number) => Promise<IndexedPage<T>>) {
    this.#list = list;
    this.#source = source;
    this.#again = again;
  }

  /** Throws where the page has come under another number. */
  async refuse(index: number, page: IndexedPage<T>): Promise<void> {
    const [first, last] = [page.rows[0], page.rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const span = `${page.rows.length} ${first.time} ${last.time}`;
    const other = this.#spans.get(span) ?? index;
    this.#spans.set(span, index);
    const repeats =
      first.time === last.time
        ? await this.#repeatsInstant(index === other, page)
        : index !== other && (await this.#repeatsSpan(index, other, page));
    if (repeats) throw new EndlessList(this.#source, REPEATS);
  }

  /**
   * A page of several instants can't come twice in a list that is in order. Unless rows moved between the two calls: so
   * both are looked at again.
   */
  async #repeatsSpan(index: number, other: number, page: IndexedPage<T>): Promise<boolean> {
    // Rows may have moved by a whole page between the two looks. They have not where this page is still the same, too.
    if (!isSame(page, await this.#again(other))) return false;
    return !this.#list.canJump() || isSame(page, await this.#again(index));
  }

  /**
   * Pages of one instant may well say the same. Of rows that all do, nothing more can be known. Of others one says something
   * else than the first: on pages that end just before it, it begins the second one. One page for all numbers never does.
   */
  async #repeatsInstant(isKnown: boolean, page: IndexedPage<T>): Promise<boolean> {
    const before = this.#instant;
    this.#instant = page;
    if (this.#takesNumbers || isKnown || before === null || !isSame(page, before)) return false;
    const texts = page.rows.map(textOfRow);
    const other = texts.findLastIndex((text) => text !== texts[0]);
    const list = other === -1 ? undefined : this.#list.inPagesOf?.(other);
    if (list === undefined) return false;
    const first = await list.fetch(0);
    const isBegin = isSame({ ...page, rows: page.rows.slice(0, other) }, first);
    const repeats = isBegin && isSame(first, await list.fetch(1));
    this.#takesNumbers = !repeats;
    return repeats;
  }
}
