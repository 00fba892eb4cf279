import { TributaryError } from '../../domain/errors.ts';

/** Pages in a row that may bring nothing new. A single one is normal when rows move between two calls. */
const USUAL_LIMIT = 3;

/** Contradictions of lists, in words for clients. */
export const REPEATS = 'its list does not end: it gives the same page again';
export const PROMISES_EMPTY_PAGES = 'its list does not end: pages that it promised are empty';
export const OVERLAPS = 'its list does not end: its pages overlap';
export const SHARES_IDS = 'rows of one time have the same id and say different things, so some of them are missing';
export const ENDS_EARLY = 'its list ends before its own count does';
export const SAYS_NOTHING =
  'it says neither how many rows its list has nor where the next page is, so rows behind this page may be missing';
export const ALIKE =
  'rows of one time say the same, and the list neither counts them nor gives them ids, so a page that is repeated looks ' +
  'like one that follows: rows from there on may be missing';
export const OUT_OF_ORDER =
  'its list is not in the order of time: rows are missing that belong before rows which it had given earlier';
/** For lists whose pages have numbers. */
export const SHORT_PAGE =
  'a page that is not the last is shorter than it should be, so rows between pages may be missing';
/** For lists that go on behind such a page, or promised it. */
export const EMPTY_PAGE = 'a page that its list promised is empty, so the rows that belong on it are missing';
export const TURNS_BACK = 'its list does not end: the token of its next page is that of a page before';

/**
 * Watches the pages of one list. A vendor that ignores its paging parameters returns the same page again and again, and
 * a vendor with a wrong count promises pages that are empty. A reader that trusts either never ends. So every reader
 * that goes from page to page asks a guard whether the pages still bring anything new: an unseen row or, if rows have
 * no keys, a place further along the walk.
 */
export class PageGuard {
  readonly #limit: number;
  readonly #seen = new Set<string>();
  readonly #addresses = new Set<string | number>();
  #furthest: bigint | null = null;
  #idle = 0;

  /**
   * `limit`: how many pages in a row may bring nothing new. Raise it for vendors that filter pages after cutting them,
   * because more pages may then be empty.
   */
  constructor(limit = USUAL_LIMIT) {
    this.#limit = Math.max(USUAL_LIMIT, limit);
  }

  /**
   * Judges a page that was read at an address unique in the list. Returns what is wrong if too many pages in a row
   * brought no unseen row; null otherwise. `more`: whether the vendor promises another page.
   */
  judge(address: string | number, keys: readonly string[], more: boolean): string | null {
    // Reading a page again is normal.
    if (this.#addresses.has(address)) return null;
    this.#addresses.add(address);
    if (!this.isStuck(this.isNew(keys)) || !more) return null;
    return keys.length === 0 ? PROMISES_EMPTY_PAGES : REPEATS;
  }

  /** Like `judge`, but throws SOURCE_BAD_RESPONSE, for readers that discard an endless list. */
  see(source: string, address: string | number, keys: readonly string[], more: boolean): void {
    const wrong = this.judge(address, keys, more);
    if (wrong !== null) throw endless(source, wrong);
  }

  /** Counts a page that brought something new, or nothing. True if too many in a row brought nothing. */
  isStuck(isNew: boolean): boolean {
    this.#idle = isNew ? 0 : this.#idle + 1;
    return this.#idle >= this.#limit;
  }

  /** True if the page has an unseen row. */
  isNew(keys: readonly string[]): boolean {
    return this.countNew(keys) > 0;
  }

  /** The number of unseen rows on the page. */
  countNew(keys: readonly string[]): number {
    const known = this.#seen.size;
    for (const key of keys) this.#seen.add(key);
    return this.#seen.size - known;
  }

  /** True if the row was on an earlier page. */
  hasSeen(key: string): boolean {
    return this.#seen.has(key);
  }

  /** True if the page reaches further than all before it. Places grow along the walk. */
  getsFurther(place: bigint): boolean {
    const isFurther = this.#furthest === null || place > this.#furthest;
    if (isFurther) this.#furthest = place;
    return isFurther;
  }

  /** Forgets the rows seen so far, because the list is about to be read from another place. */
  forget(): void {
    this.#seen.clear();
    this.#furthest = null;
  }
}

/** A list that keeps promising more but brings nothing new. `what` is one of the texts above. */
export class EndlessList extends TributaryError {
  readonly what: string;

  constructor(source: string, what: string) {
    super('SOURCE_BAD_RESPONSE', `${source}: ${what}.`, { source });
    this.what = what;
  }
}

/** The error for a list that goes on without a new row. */
export function endless(source: string, wrong: string): EndlessList {
  return new EndlessList(source, wrong);
}

/** Marks a batch of a list that contradicts itself: rows are missing, for this reason. */
export function contradiction(what: string): { readonly truncated: string; readonly contradicts: true } {
  return { truncated: what, contradicts: true };
}
