import type { Ordered } from '../../domain/ordered.ts';
import { isShort, moreBehind } from '../core/page-end.ts';
import type { PageSigns, ShownSigns } from '../core/page-end.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import type { KeysetPage } from './list.ts';

/** The vendor repeats earlier records although more may exist. */
export class RepeatsItself extends EndlessList {
  constructor() {
    super('the source', REPEATS);
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

  readonly #shown: ShownSigns | undefined;

  /** `shown`: see `PageSigns`. */
  constructor(asked: number, shown: ShownSigns | undefined) {
    this.#asked = asked;
    this.#shown = shown;
    this.#usual = asked;
  }

  /** How many records a page that is not the last holds, as far as that is known. */
  get usual(): number {
    return Math.min(this.#usual, this.#asked);
  }

  /** Records a page. */
  saw<T extends Ordered>({ records, asked }: KeysetPage<T>): void {
    this.#asked = asked;
    this.#longest = Math.max(this.#longest, records.length);
    this.#usual = Math.max(this.#usual, records.length);
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
    const { records, total, more, cursors, asked } = page;
    const [count, said] = [records.length, cursors ? more : null];
    const signs = { start: this.#startOf(page, start), count, asked, total, said };
    return { ...signs, full: this.#fullFor(count), shown: this.#shown };
  }

  /** Offsets may count from 1. The count tells where a short page ends; one record more may follow a full one than it leaves. */
  #startOf<T extends Ordered>(page: KeysetPage<T>, start: number | null): number | null {
    if (start === null || start === 0) return start;
    if (!this.isShort(page)) return page.cursors ? start : null;
    return page.total === start + page.records.length - 1 ? start - 1 : start;
  }
}
