import { TributaryError } from '../../domain/errors.ts';

/** How many pages in a row may bring nothing new. One may do so when rows moved on between two calls. */
const USUAL_LIMIT = 3;

/** What a list does that has no end, in words for clients. */
export const REPEATS = 'its list does not end: it gives the same page again';
export const PROMISES_EMPTY_PAGES = 'its list does not end: pages that it promised are empty';
export const OVERLAPS = 'its list does not end: its pages overlap';
export const SHARES_IDS = 'rows of one time have the same id and say different things, so some of them are missing';
export const ENDS_EARLY = 'its list ends before its own count does';
export const SAYS_NOTHING =
  'it says neither how many rows its list has nor where the next page is, so rows behind this page may be missing';
/** Said of a list whose pages have numbers. */
export const SHORT_PAGE =
  'a page that is not the last is shorter than it should be, so rows between pages may be missing';
export const TURNS_BACK = 'its list does not end: the token of its next page is that of a page before';

/**
 * Watches the pages of one list. A vendor that ignores its paging parameters gives the same page again and again, and one that
 * counts wrong promises pages that are empty: a reader that believes either never ends. So every reader that goes on from page
 * to page asks a guard whether the pages still bring something new: a row that was not seen before or, where rows have no
 * keys to tell them apart, a place further along the walk.
 */
export class PageGuard {
  readonly #limit: number;
  readonly #seen = new Set<string>();
  readonly #addresses = new Set<string | number>();
  #furthest: bigint | null = null;
  #idle = 0;

  /** `limit`: how many pages in a row may bring nothing new. More may be empty where a vendor filters pages after it has cut them. */
  constructor(limit = USUAL_LIMIT) {
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

  /** The same, for readers that keep nothing of a list without an end: throws SOURCE_BAD_RESPONSE. */
  see(source: string, address: string | number, keys: readonly string[], more: boolean): void {
    const wrong = this.judge(address, keys, more);
    if (wrong !== null) throw endless(source, wrong);
  }

  /** A page was read that brought something new, or nothing. True when too many in a row brought nothing. */
  isStuck(isNew: boolean): boolean {
    this.#idle = isNew ? 0 : this.#idle + 1;
    return this.#idle >= this.#limit;
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

  /** Was the row on a page before? */
  hasSeen(key: string): boolean {
    return this.#seen.has(key);
  }

  /** Does the page reach further than all before it? Places grow along the walk. */
  getsFurther(place: bigint): boolean {
    const isFurther = this.#furthest === null || place > this.#furthest;
    if (isFurther) this.#furthest = place;
    return isFurther;
  }

  /** Rows that were seen may come again: the list is read from another place. */
  forget(): void {
    this.#seen.clear();
    this.#furthest = null;
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

/** Said with a batch of a list that contradicts itself: rows are missing, and why. */
export function contradiction(what: string): { readonly truncated: string; readonly contradicts: true } {
  return { truncated: what, contradicts: true };
}
