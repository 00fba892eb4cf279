import { TributaryError } from '../../domain/errors.ts';

/** How many pages in a row may bring nothing new. One may do so when rows moved on between two calls. */
const USUAL_LIMIT = 3;

/** What a list does that has no end, in words for clients. */
export const REPEATS = 'its list does not end: it gives the same page again';
export const PROMISES_EMPTY_PAGES = 'its list does not end: pages that it promised are empty';
export const OVERLAPS = 'its list does not end: its pages overlap';
export const ENDS_EARLY = 'its list ends before its own count does';
/** Said of a list whose pages have numbers. */
export const SHORT_PAGE =
  'a page that is not the last is shorter than it should be, so rows between pages may be missing';
export const TURNS_BACK = 'its list does not end: the token of its next page is that of a page before';

/**
 * Watches the pages of one list. A vendor that ignores its paging parameters gives the same page again and again, and one that
 * counts wrong promises pages that are empty: a reader that believes either never ends.
 */
export class PageGuard {
  readonly #source: string;
  readonly #limit: number;
  readonly #seen = new Set<string>();
  readonly #addresses = new Set<string | number>();
  #idle = 0;

  /** `limit`: where a vendor filters its pages after it has cut them, more of them may be empty. */
  constructor(source: string, limit = USUAL_LIMIT) {
    this.#source = source;
    this.#limit = Math.max(USUAL_LIMIT, limit);
  }

  /**
   * A page was read, at an address that no other page of the list has. Says what is wrong when too many pages in a row
   * brought no row that was not seen before; null while all is well. `more`: does the vendor promise another page?
   */
  judge(address: string | number, keys: readonly string[], more: boolean): string | null {
    // The same page may be looked at again.
    if (this.#addresses.has(address)) return null;
    this.#addresses.add(address);
    if (!this.isStuck(this.isNew(keys)) || !more) return null;
    return keys.length === 0 ? PROMISES_EMPTY_PAGES : REPEATS;
  }

  /** Has the page a row that was not seen before? */
  isNew(keys: readonly string[]): boolean {
    return this.countNew(keys) > 0;
  }

  /** How many rows of the page were not seen before? */
  countNew(keys: readonly string[]): number {
    const known = this.#seen.size;
    for (const key of keys) this.#seen.add(key);
    return this.#seen.size - known;
  }

  /** A page was read that brought a new row, or none. True when too many in a row brought none. */
  isStuck(isNew: boolean): boolean {
    this.#idle = isNew ? 0 : this.#idle + 1;
    return this.#idle >= this.#limit;
  }

  /** Rows that were seen may come again: the list is read from another place. */
  forget(): void {
    this.#seen.clear();
  }

  /** The same, for readers that keep nothing of a list without an end: throws SOURCE_BAD_RESPONSE. */
  see(address: string | number, keys: readonly string[], more: boolean): void {
    const wrong = this.judge(address, keys, more);
    if (wrong !== null) throw new EndlessList(this.#source, wrong);
  }
}

/** Said of a list that promises more for ever and gives nothing new: `what` is one of the texts above. */
export class EndlessList extends TributaryError {
  readonly what: string;

  constructor(source: string, what: string) {
    super('SOURCE_BAD_RESPONSE', `${source}: ${what}.`, { source });
    this.what = what;
  }
}

/** A list that goes on and on without a new row. */
export function endless(source: string, wrong: string): EndlessList {
  return new EndlessList(source, wrong);
}
