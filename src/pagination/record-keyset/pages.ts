import type { Ordered } from '../../domain/ordered.ts';
import { isShort, moreBehind } from '../core/page-end.ts';
import type { PageSigns, ShownSigns } from '../core/page-end.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import type { KnownLog } from './known-log.ts';
import type { KeysetPage } from './list.ts';

/** More records may exist, but the vendor repeats earlier ones, or gives none where others follow. */
export class BrokenList extends EndlessList {
  constructor(what = REPEATS) {
    super('the source', what);
  }
}

/** The page lengths of the vendor, which help to decide which page is the last. */
export class RecordPageLengths {
  /** How many records the page that came last was asked for. */
  #asked: number;
  #usual: number;
  #longest = 0;
  /** True once a page has turned out not to be the last. */
  #isLearned = false;
  /** The first page whose place and count are known. */
  #counted: { readonly start: number; readonly total: number } | null = null;

  readonly #shown: ShownSigns | undefined;
  readonly #log: Pick<KnownLog, 'countsAll' | 'countsTooMany'>;

  /** `shown`: see `PageSigns`. */
  constructor(asked: number, shown: ShownSigns | undefined, log: Pick<KnownLog, 'countsAll' | 'countsTooMany'>) {
    this.#asked = asked;
    this.#shown = shown;
    this.#usual = asked;
    this.#log = log;
  }

  /** How many records a page that is not the last holds, as far as that is known. */
  get usual(): number {
    return Math.min(this.#usual, this.#asked);
  }

  /** Records a page. `start`: its offset; null: unknown. */
  saw<T extends Ordered>({ records, asked, total }: KeysetPage<T>, start: number | null): void {
    this.#asked = asked;
    this.#longest = Math.max(this.#longest, records.length);
    this.#usual = Math.max(this.#usual, records.length);
    if (start === null || total === null) return;
    this.#compareCounts(start, total);
    if (records.length > 0 && start + records.length === total) this.#log.countsTooMany = false;
  }

  /**
   * Two pages at different places show whether the vendor counts the whole list, or only the records from there on: true
   * is what needs fewer new records between the two. Offsets may count from 1, so neighbours may be one place.
   */
  #compareCounts(start: number, total: number): void {
    this.#counted ??= { start, total };
    const [apart, grown] = [start - this.#counted.start, total - this.#counted.total];
    if (Math.abs(apart) > 1) this.#log.countsAll = Math.abs(grown) < Math.abs(grown + apart);
  }

  /** Records that a page of this length was not the last. */
  learn(length: number): void {
    this.#isLearned = true;
    this.#usual = Math.max(1, Math.min(this.#longest, this.#asked), length);
  }

  /** True if the vendor states that records follow the page. */
  saysMore<T extends Ordered>({ records, total, more }: KeysetPage<T>, start: number | null): boolean {
    return more === true || (start !== null && total !== null && total > start + records.length);
  }

  /** `last`: the page at the last place that is counted. True if nothing lies there. */
  isTooHigh<T extends Ordered>({ records: { length } }: KeysetPage<T>): boolean {
    if (length === 0) this.#log.countsTooMany = true;
    return length === 0;
  }

  /** True if nothing lay at the last place that was counted. */
  get countsTooMany(): boolean {
    return this.#log.countsTooMany;
  }

  /** True if the page is shorter than pages that are followed by others. */
  isShort<T extends Ordered>({ records: { length }, asked }: KeysetPage<T>): boolean {
    return isShort({ count: length, asked, full: this.#fullFor(length) });
  }

  /** The length of pages that are followed by others; null: unknown. */
  #fullFor(length: number): number | null {
    if (this.#isLearned) return this.usual;
    return this.#longest > length ? this.#longest : null;
  }

  /**
   * True if certainly no record follows in native order. If not, the reader must continue. `start`: the offset of the
   * page; null: unknown.
   */
  isEnd<T extends Ordered>(page: KeysetPage<T>, start: number | null): boolean {
    const { records, total, more, asked } = page;
    const { length } = records;
    if (length === 0) return true;
    if (this.saysMore(page, start)) {
      if (more !== true || total !== (start ?? 0) + length) this.learn(length);
      return false;
    }
    // Where nothing is counted, a page that is shorter than one before it is the last: pages are cut to one length.
    if (total === null && length < Math.min(this.#longest, asked)) return true;
    return moreBehind(this.signsOf(page, start)) === false;
  }

  signsOf<T extends Ordered>(page: KeysetPage<T>, start: number | null): PageSigns {
    const { records, more, cursors, asked } = page;
    const [count, said] = [records.length, cursors ? more : null];
    const total = this.#isCountTrusted(page, start) ? page.total : null;
    const signs = { start: this.#startOf(page, start), count, asked, total, said };
    return { ...signs, full: this.#fullFor(count), shown: this.#shown };
  }

  /**
   * A count of the records from a page on may end, by chance, where the page does. So the count of a page in the list is
   * no sign until pages have shown that it is of the whole list, unless the vendor says itself that nothing follows.
   */
  #isCountTrusted<T extends Ordered>({ cursors }: KeysetPage<T>, start: number | null): boolean {
    if (start === null || start === 0 || this.#shown === undefined) return true;
    return this.#log.countsAll ?? cursors;
  }

  /** Offsets may count from 1. The count tells where a short page ends; one record more may follow a full one than it leaves. */
  #startOf<T extends Ordered>(page: KeysetPage<T>, start: number | null): number | null {
    if (start === null || start === 0) return start;
    if (!this.isShort(page)) return page.cursors ? start : null;
    return page.total === start + page.records.length - 1 ? start - 1 : start;
  }
}
