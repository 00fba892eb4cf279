import type { Ordered } from '../../domain/ordered.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import type { IndexedList, IndexedPage } from './list.ts';
import { isSame, textOfRow } from './still-rows.ts';

/** Detects a vendor that returns the same page under several numbers. */
export class RepeatedPages<T extends Ordered> {
  readonly #list: IndexedList<T>;
  readonly #source: string;
  readonly #again: (index: number) => Promise<IndexedPage<T>>;
  /** Page numbers by the length and the first and last time of the page. */
  readonly #spans = new Map<string, number>();
  /** The last page of one instant. */
  #instant: IndexedPage<T> | null = null;
  /** True once different numbers have led to different pages. */
  #takesNumbers = false;

  /** `again`: reads a page once more, without remembered answers. */
  constructor(list: IndexedList<T>, source: string, again: (index: number) => Promise<IndexedPage<T>>) {
    this.#list = list;
    this.#source = source;
    this.#again = again;
  }

  /** Throws if the same page has come under another number. */
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
   * A page of several instants cannot come twice in an ordered list, unless rows moved between the two calls. So both
   * pages are read again.
   */
  async #repeatsSpan(index: number, other: number, page: IndexedPage<T>): Promise<boolean> {
    // Rows may have moved by a whole page between the two reads. They have not if this page is unchanged too.
    if (!isSame(page, await this.#again(other))) return false;
    return !this.#list.canJump() || isSame(page, await this.#again(index));
  }

  /**
   * Pages of one instant may genuinely be equal. If all rows are equal too, nothing more can be found out. Otherwise
   * some row differs from the first. With pages that end just before that row, the second page must begin with it. If
   * the second page still equals the first, the vendor ignores page numbers.
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
