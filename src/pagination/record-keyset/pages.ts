import type { Ordered } from '../../domain/ordered.ts';
import type { KeysetPage } from './list.ts';

/** The vendor gives what it has given before, and there may be more. */
export class RepeatsItself extends Error {
  constructor() {
    super(
      'The source gives the same page again wherever it is asked to go on, and nothing shows that it is all there is.',
    );
  }
}

/** To so many rows vendors tend to cut down what they are asked for: a page of just so many may not be the last. */
const COMMON_CAP = 100;

/**
 * How long the vendor's pages are, and which of them is the last. Counts and links are hints, and a vendor may cap its
 * pages without a word. So two signs have to agree before a page is taken for the last, and none may speak against it.
 */
export class PageLengths {
  /** How many records the page that came last was asked for. */
  #asked: number;
  #usual: number;
  #longest = 0;

  constructor(asked: number) {
    this.#asked = asked;
    this.#usual = asked;
  }

  /** How many records a page that is not the last holds, as far as that is known. */
  get usual(): number {
    return Math.min(this.#usual, this.#asked);
  }

  /** Any page that has come. */
  saw<T extends Ordered>({ records, asked }: KeysetPage<T>): void {
    this.#asked = asked;
    this.#longest = Math.max(this.#longest, records.length);
    this.#usual = Math.max(this.#usual, records.length);
  }

  /** A page of that many records was not the last. */
  learn(length: number): void {
    this.#usual = Math.max(1, Math.min(this.#longest, this.#asked), length);
  }

  /** Does the vendor say that records follow the page? */
  saysMore<T extends Ordered>({ records, total, more }: KeysetPage<T>, start: number | null): boolean {
    return more === true || (start !== null && total !== null && total > start + records.length);
  }

  /** May records follow the page at the native start, as far as the vendor says and its length shows? */
  mayHideMore<T extends Ordered>(page: KeysetPage<T>): boolean {
    const { length } = page.records;
    if (page.total === length) return false;
    return this.saysMore(page, 0) || length >= page.asked || length === COMMON_CAP;
  }

  /**
   * Is it certain that no record follows in native order? Where it is not, one has to ask on. `start` is the offset of
   * the page, null where that is not known.
   */
  isEnd<T extends Ordered>(page: KeysetPage<T>, start: number | null): boolean {
    const { records, total, more, cursors, asked } = page;
    const { length } = records;
    if (length === 0) return true;
    if (this.saysMore(page, start)) {
      if (more !== true || total !== (start ?? 0) + length) this.learn(length);
      return false;
    }
    // Of other pages more may have been asked for.
    if (length < Math.min(this.#longest, asked)) return true;
    // Without cursors, offsets may count from 1: then one record more may follow than the count leaves.
    const isCounted = start === 0 || cursors;
    const signs = [
      isCounted && start !== null && total === start + length,
      cursors && more === false,
      length < asked && length !== COMMON_CAP,
    ];
    return signs.filter(Boolean).length >= 2;
  }
}
