/** One file, although a long one: all that is learned of the tokens of one list is one state. */
import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { hasCode } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { readIndexed } from '../numbered/pages.ts';
import type { IndexedList, IndexedPage, PageRows } from '../numbered/list.ts';
import { outOfReach } from '../numbered/locate.ts';
import { FirstPage, sizeFor } from '../core/ladder.ts';
import type { Ladder } from '../core/ladder.ts';
import { isShort, isUntold, moreBehindAsked } from '../core/page-end.ts';
import {
  EMPTY_PAGE,
  EndlessList,
  ENDS_EARLY,
  PageGuard,
  PROMISES_EMPTY_PAGES,
  REPEATS,
  SAYS_NOTHING,
  TURNS_BACK,
} from '../core/page-guard.ts';
import { CutPages, readFitting } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from '../core/partition.ts';
import { isSame, textOfRow } from '../numbered/still-rows.ts';
import { LostPages } from './lost-pages.ts';
import { readFromSmallPage } from './small-page.ts';
import { TokenCount, TokenFacts, TokenRefused } from './token-facts.ts';

/**
 * Lists that are paged with a token for the next page, at a fixed page size. Where tokens
 * turn out to be page numbers, any page can be asked for; where they are opaque, pages are walked from
 * the nearest one whose token is known, and a walk that gets too long is refused, not cut.
 */

/** One native page: nearly in the list's order of time, at most the fixed limit. */
export interface TokenPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** The token of the next page; null at the end. */
  readonly next: string | null;
  /** True or undefined: the vendor states that a next page exists. False: `next` is only a guess that nothing contradicts. */
  readonly isNextSaid?: boolean | undefined;
  /** A hint: the vendor may count the page alone, or wrong. */
  readonly total: number | null;
}

/** Most pages of a walk over opaque tokens if pages are small because lines are long. */
const MOST_SMALL_PAGES = 1_000;

/** The size of a page that is read only for its count, because other reads may share it. */
const COUNTED = 40;

/** Most empty pages in a row if tokens are opaque. */
const MOST_EMPTY = 25;

/** Most retries of a page because a token on the way to it expired. */
const MOST_REFUSALS = 3;

export interface PageTokenOptions<T extends Ordered> {
  readonly key: string;
  /** The source's name, for errors. */
  readonly source: string;
  /** The page size of the log. A walk never changes it, because tokens depend on it. */
  readonly size: PageSize;
  readonly identity: Identity<T>;
  /** Default: oldest first. */
  readonly order?: 'ascending' | 'descending' | undefined;
  /**
   * Fetches the page of a token; null is the first page. A token that the vendor refuses throws. A page of one row that is
   * too large by itself may come cut.
   */
  fetch(token: string | null, limit: number, call: Call): Promise<TokenPage<T>>;
  /** True for the error of a token that the vendor refuses. Then the position is found again without it. */
  isTokenRefused(error: unknown): boolean;
  /**
   * Where tokens turn out to be page numbers, pages can be addressed. Null from `pageOf`: this token is
   * opaque after all, and pages are only walked. Pages count from 1. `like`: a token that the vendor has given of that log.
   */
  readonly address?:
    { pageOf(token: string): number | null; tokenOf(page: number, like: string | null): string } | undefined;
  /**
   * True if a page without a token for the next page is certainly the last. That is so if pages are neither counted nor
   * numbered, because then nothing else shows the end. Default: the missing token is one of the signs that must agree.
   */
  readonly endsUnnamed?: boolean | undefined;
  /** True if pages with opaque tokens may be empty although others follow. Default: rows are missing there, which is reported. */
  readonly mayBeEmpty?: boolean | undefined;
  /** Most pages of a walk over opaque tokens before its target is reported as out of reach. */
  readonly maxWalk: number;
  /** Smaller pages, for reads that need few rows of a list that is sorted oldest first and whose pages have numbers. */
  readonly ladder?: Ladder | undefined;
}

export function pageTokenPartition<T extends Ordered>(options: PageTokenOptions<T>): Partition<T> {
  const count = new TokenCount();
  const { identity, size, ladder } = options;
  const inPagesOf = (rows: number, call: Call): TokenList<T> => new TokenList(options, count, rows, call);
  const readUsual = (request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined> =>
    readFitting(size, request, (again, rows) => readIndexed(inPagesOf(rows, call), identity, again));
  return {
    key: options.key,
    read:
      ladder === undefined
        ? readUsual
        : (request, call) => readFromSmallPage({ ladder, size, identity, inPagesOf, readUsual }, request, call),
    async count(call) {
      const usual = (): Promise<number> =>
        ladder === undefined
          ? Promise.resolve(size.usual)
          : FirstPage.of(size, call).size(sizeFor(COUNTED, ladder, size.usual));
      try {
        if (count.total === undefined) await size.fit(await usual(), (rows) => inPagesOf(rows, call).fetch(0));
      } catch (error) {
        if (!(error instanceof CutPages)) throw error;
      }
      return count.total ?? null;
    },
  };
}

/** Longest token that is part of hints, and so of cursors. Few servers take more in an address. */
const LONGEST_TOKEN = 8_192;

/** Is remembered in place of a token that is too long. */
const TOO_LONG = false;

function rememberable(token: string | null): Json {
  return token === null || token.length <= LONGEST_TOKEN ? token : TOO_LONG;
}

/** What is taken for a page. */
interface FilledPage<T extends Ordered> {
  readonly page: TokenPage<T>;
  /** The token of `page`. */
  readonly own: string | null;
  /** Lost: the page is empty, and rows follow. Doubted: an empty page was skipped, or nothing shows whether rows follow. */
  readonly gap?: 'lost' | 'doubted' | undefined;
}

/** What follows a page that names no next page. */
type Behind = 'nothing' | 'rows' | 'out of reach' | 'the same' | 'unsaid';

/** The message for clients. */
const MISSING: Readonly<Record<Behind, string | undefined>> = {
  nothing: undefined,
  rows: undefined,
  'out of reach': ENDS_EARLY,
  'the same': REPEATS,
  unsaid: SAYS_NOTHING,
};

class DeadEnd extends EndlessList {
  readonly index: number;

  constructor(source: string, index: number) {
    super(source, PROMISES_EMPTY_PAGES);
    this.index = index;
  }
}

class TokenList<T extends Ordered> implements IndexedList<T> {
  readonly order: 'ascending' | 'descending';
  readonly asked: PageRows;
  readonly #options: PageTokenOptions<T>;
  readonly #total: TokenCount;
  readonly #facts: TokenFacts;
  #call: Call;
  /** Rows on a page that is followed by others, as far as known. */
  #rowsPerPage: number | undefined;
  /** The page whose token leads back to a page before it. */
  #turnsBack: number | null = null;
  /** Set where only empty pages came. */
  #deadEnd: DeadEnd | null = null;
  readonly #lost = new LostPages();
  /** The page after the one read last, if it had to be read to judge that one. */
  #peeked: { readonly index: number; readonly page: TokenPage<T> } | null = null;
  /** Tokens of pages (from 0) as the vendor or a cursor gave them. */
  readonly #tokens = new Map<number, string | null>([[0, null]]);
  /** True once a page has named the next one. */
  #isNaming = false;
  /** Undefined until a token was seen. */
  #addressable: boolean | undefined;

  constructor(options: PageTokenOptions<T>, total: TokenCount, rows: number, call: Call) {
    this.order = options.order ?? 'ascending';
    this.asked = { rows, usual: options.size.usual };
    this.#options = options;
    this.#total = total;
    this.#facts = options.size.learned(TokenFacts);
    this.#call = inSequence(call);
  }

  get source(): string {
    return this.#options.source;
  }

  limit(): number {
    return this.#rowsPerPage ?? this.asked.rows;
  }

  /** As far as with pages of the usual size, where that is not too many calls. */
  get maxWalk(): number {
    const { rows, usual } = this.asked;
    const { maxWalk } = this.#options;
    return Math.max(maxWalk, Math.min(MOST_SMALL_PAGES, Math.ceil((maxWalk * usual) / rows)));
  }

  canJump(): boolean {
    return this.#addressable === true;
  }

  inPagesOf(rows: number): IndexedList<T> {
    return new TokenList(this.#options, new TokenCount(), rows, freshCall(this.#call));
  }

  renew(): void {
    this.#deadEnd = null;
    this.#peeked = null;
    this.#call = freshCall(this.#call);
  }

  remember(index: number): Json {
    if (this.#addressable !== true) return rememberable(this.#tokens.get(index) ?? null);
    const token = this.#numbered(index);
    // A token in the usual spelling need not be stored.
    return index === 0 || token === this.#options.address?.tokenOf(index + 1, null) ? null : (token ?? null);
  }

  recall(index: number, memory: Json): void {
    if (index === 0 || memory === TOO_LONG) return;
    const { address } = this.#options;
    if (typeof memory === 'string') {
      this.#tokens.set(index, memory);
      this.#isNaming = true;
      if (address?.pageOf(memory) !== index + 1) return;
      this.#facts.tokenLike ??= memory;
    }
    // A cursor without a token was made where pages could be addressed.
    if (address !== undefined) this.#addressable ??= true;
  }

  async fetch(index: number): Promise<IndexedPage<T>> {
    for (let refusals = 0; ; refusals += 1) {
      const token = this.#tokenOf(index);
      try {
        return await (token === undefined ? this.#walkTo(index) : this.#fetchToken(index, token));
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        if (refusals >= MOST_REFUSALS) throw error.cause;
        // The token has expired or was never valid: reach the page by new tokens.
        this.renew();
        // Before the vendor gave any token, it may only be spelled in another way.
        this.#addressable = this.#facts.tokenLike === null ? undefined : false;
        this.#tokens.clear();
        this.#tokens.set(0, null);
        this.#turnsBack = null;
      }
    }
  }

  get call(): Call {
    return this.#call;
  }

  async only(index: number): Promise<IndexedPage<T>> {
    if (index > 0) this.#addressable ??= true;
    const token = this.#tokenOf(index);
    if (token === undefined) throw new TokenRefused();
    return this.#fetchToken(index, token);
  }

  #tokenOf(index: number): string | null | undefined {
    const known = this.#tokens.get(index);
    if (known !== undefined) return known;
    return this.#addressable === true ? this.#numbered(index) : undefined;
  }

  #numbered(index: number): string | undefined {
    const { address } = this.#options;
    return address?.tokenOf(index + 1, this.#facts.tokenLike);
  }

  /** An empty page is skipped if its token is opaque. Then the next page with rows takes its number. */
  async #fetchToken(index: number, token: string | null): Promise<IndexedPage<T>> {
    if (this.#deadEnd !== null && index >= this.#deadEnd.index) throw this.#deadEnd;
    const asked = this.#takePeeked(index) ?? (await this.#ask(token));
    this.#noteNaming(index, asked);
    const filled = asked.rows.length > 0 ? { page: asked, own: token } : await this.#filled(index, token, asked);
    const { page, own, gap } = filled;
    if (gap === 'lost')
      return { rows: [], total: this.#counted(null), isLast: false, isLost: true, missing: EMPTY_PAGE };
    const { rows, next } = page;
    let behind = next === null ? await this.#behindUnnamed(index, own, page) : 'rows';
    const isCut = behind === 'rows' && index === 0 && this.#mayBeCut(page);
    if (isCut && !(await this.#goesOnAtCut(page)) && page.isNextSaid === false) behind = 'nothing';
    if (behind === 'rows' && rows.length > 0) this.#rowsPerPage = Math.max(this.#rowsPerPage ?? 0, rows.length);
    if (next !== null && this.#addressable !== true) this.#noteToken(index + 1, next);
    // Pages were promised and rows were counted, but all pages are empty.
    const isHollow = index === 0 && own !== token && rows.length === 0 && (asked.total ?? 0) > 0;
    return {
      rows,
      total: this.#total.see(page, index * this.limit()),
      said: page.total,
      isLast: behind !== 'rows',
      leadsOn: next !== null,
      missing: isHollow ? ENDS_EARLY : gap === 'doubted' ? EMPTY_PAGE : MISSING[behind],
    };
  }

  /** The number of rows in the list. An empty page may count 0 or nothing, so pages before it are asked as well. Null: unknown. */
  #counted(total: number | null): number | null {
    return total === null || total === 0 ? (this.#total.total ?? null) : total;
  }

  /** The last page by the count. Null: nothing is counted. */
  #lastCounted(total: number | null): number | null {
    const counted = this.#counted(total);
    return counted === null ? null : Math.ceil(counted / this.limit()) - 1;
  }

  /** True if pages with rows follow an empty page that no page has named, as the count says. */
  async #isFollowed(index: number, total: number | null): Promise<boolean> {
    const last = this.#lastCounted(total);
    if (last === null || last <= index || !this.#lost.isSuspect(index, last)) return false;
    return this.#lost.haveRowsBehind(index, last, (other) => this.#hasRows(other, index));
  }

  /** What to take for an empty page. One that should not be empty is read again. */
  #filled(index: number, token: string | null, page: TokenPage<T>): Promise<FilledPage<T>> {
    return this.#addressable === true ? this.#readAgain(index, token, page) : this.#skipEmpty(index, token, page);
  }

  /** Numbered pages are parts of one list, and no page in its middle is empty. */
  async #readAgain(index: number, own: string | null, page: TokenPage<T>): Promise<FilledPage<T>> {
    const last = this.#lastCounted(page.total);
    if (!this.#lost.isSuspect(index, last, page)) return { page, own };
    const isPassed = await this.#lost.haveRowsBehind(index, last, (other) => this.#hasRows(other, index + 1));
    const again = await this.#askAnew(index, own);
    const found = again ?? page;
    // The list may have got shorter.
    const isEnd = (found.total ?? 0) > 0 && (found.total ?? 0) <= index * this.limit();
    if (found.rows.length > 0 || isEnd) return { page: found, own };
    return { page: found, own, gap: isPassed ? 'lost' : last === null ? 'doubted' : undefined };
  }

  async #skipEmpty(index: number, token: string | null, asked: TokenPage<T>): Promise<FilledPage<T>> {
    let [page, own] = [asked, token];
    const guard = new PageGuard(MOST_EMPTY);
    while (page.rows.length === 0 && page.next !== null) {
      if (guard.isStuck(false)) throw (this.#deadEnd = new DeadEnd(this.source, index));
      own = page.next;
      page = await this.#ask(own);
    }
    const isNamed = index > 0 && this.#counted(page.total) === null;
    if (this.#options.mayBeEmpty === true || !(page.rows.length > 0 || isNamed)) return { page, own };
    const again = await this.#askAnew(index, token);
    return again !== null && again.rows.length > 0 ? { page: again, own: token } : { page, own, gap: 'doubted' };
  }

  /** Reads an empty page for the second time. It is read last, because lines that were written meanwhile are on it first. Null: it was before. */
  async #askAnew(index: number, token: string | null): Promise<TokenPage<T> | null> {
    if (this.#lost.isKnown(index)) return null;
    this.#call = freshCall(this.#call);
    const again = await this.#ask(token);
    this.#noteNaming(index, again);
    if (again.rows.length === 0) this.#lost.note(index);
    return again;
  }

  #noteNaming(index: number, page: TokenPage<T>): void {
    this.#lost.saw(index, page);
    if (page.next === null) return;
    this.#isNaming = true;
    this.#facts.tokenLike = page.next;
    this.#addressable ??= this.#options.address?.pageOf(page.next) === index + 2;
  }

  async #hasRows(index: number, next: number): Promise<boolean> {
    const page = await this.#guessedPage(index);
    if (page === null || page.rows.length === 0) return false;
    this.#lost.saw(index, page);
    if (index === next) this.#peeked = { index, page };
    return true;
  }

  /**
   * What lies behind a page without a token for the next page. The missing token is one sign of the end
   * (`core/page-end.ts`). If no other sign agrees, the next page is requested by its number. If pages have no numbers and
   * the count goes further, the rest is out of reach. The missing token is not a sign if the vendor neither names nor
   * counts pages, or if such a page once had rows behind it.
   */
  async #behindUnnamed(index: number, token: string | null, page: TokenPage<T>): Promise<Behind> {
    const { rows, total } = page;
    if (this.#options.endsUnnamed === true) return 'nothing';
    const start = index * this.limit();
    const end = start + rows.length;
    const { size } = this.#options;
    const full = this.#rowsPerPage ?? this.#facts.unnamedBehind;
    const signs = { start, count: rows.length, asked: this.asked.rows, total, full };
    const isSaid = this.#facts.unnamedBehind === null && ((total ?? 0) >= end || this.#isNaming);
    const judged = { ...signs, said: isSaid ? false : null, isNaming: true, shown: size.shownTo(this.#call) };
    if ((await moreBehindAsked(judged, () => this.#countsOfOne())) === false) return 'nothing';
    const isDoubted = isUntold(judged);
    if (this.#lost.isPassed(index)) return 'rows';
    const beside = index === 0 && this.#mayBeCut(page) ? await this.#rowsBehind(end) : null;
    if (beside?.length === 0) return 'nothing';
    const next = await this.#guessedPage(index + 1);
    if (next?.rows.length === 0 && beside !== null) await this.#refuseCut(page);
    if (next?.rows.length === 0) {
      const isFollowed = await this.#isFollowed(index + 1, total);
      if (isFollowed) this.#addressable = true;
      return isFollowed ? 'rows' : 'nothing';
    }
    if (next !== null && !isSame(page, next)) {
      this.#addressable = true;
      this.#facts.unnamedBehind = Math.max(rows.length, this.#facts.unnamedBehind ?? 0);
      this.#peeked = { index: index + 1, page: next };
      return 'rows';
    }
    // A vendor that ignores page sizes and page numbers has returned the whole list.
    if (total === end && next !== null) return isDoubted && size.shown.ignoresSize ? 'nothing' : 'the same';
    if (total === end) return index === 0 && (await this.#countsPageAlone(end)) ? 'out of reach' : 'nothing';
    // A page with room for more rows is not cut. Only a count could promise more rows.
    if ((total ?? 0) < end && isShort(signs))
      return isSaid || this.#options.address === undefined ? 'nothing' : 'unsaid';
    // While lines are written, the count may be ahead of the page, so read the page again.
    const again = await this.#ask(token, freshCall(this.#call));
    return again.next === null && again.total !== end && isSame(page, again) ? 'out of reach' : 'nothing';
  }

  /** True if a shorter page states a total below the length of the first page. The shorter page may have an unreadable row. */
  async #countsPageAlone(length: number): Promise<boolean> {
    const shorter = Math.max(1, Math.min(length - 1, (length >> 1) + 1));
    try {
      const { total } = await this.#fetch(null, shorter, this.#call);
      return total !== null && total < length;
    } catch (error) {
      if (hasCode(error, 'SOURCE_BAD_RESPONSE')) return false;
      throw error;
    }
  }

  async #countsOfOne(): Promise<{ readonly count: number; readonly total: number | null }> {
    const { rows, total } = await this.#fetch(null, Math.max(1, this.#options.size.least), this.#call);
    return { count: rows.length, total };
  }

  /** True if the first page is short and rows behind it can be looked at by their place. */
  #mayBeCut({ rows: { length } }: TokenPage<T>): boolean {
    const { size, address } = this.#options;
    const canAsk = address !== undefined && this.#addressable !== false && size.least < this.asked.rows;
    return canAsk && !this.#call.comesAgain && !this.#facts.beginsAtCut && length > 0 && length < this.asked.rows;
  }

  /**
   * The rows behind a first page of that length: the second page of that length. It begins there even if the vendor ignores the size of
   * pages. Null: tokens are not page numbers.
   */
  async #rowsBehind(length: number): Promise<readonly Unplaced<T>[] | null> {
    return (await this.#guessedPage(1, length))?.rows ?? null;
  }

  /**
   * True if rows follow the first page, which is short, as far as that can be told. Throws `CutPages` if the second one does not begin
   * where the first ended.
   */
  async #goesOnAtCut(page: TokenPage<T>): Promise<boolean> {
    const beside = await this.#rowsBehind(page.rows.length);
    const [row, first] = [beside?.[0], page.rows[0]];
    // A vendor that ignores page numbers is noticed by its pages.
    if (row === undefined || first === undefined || textOfRow(row) === textOfRow(first)) return beside?.length !== 0;
    const next = this.#takePeeked(1) ?? (await this.#guessedPage(1));
    if (next === null) return true;
    this.#peeked = { index: 1, page: next };
    const [beginning] = next.rows;
    if (beginning === undefined || textOfRow(beginning) !== textOfRow(row)) return await this.#refuseCut(page);
    this.#facts.beginsAtCut = true;
    return true;
  }

  /**
   * Rows were seen behind the first page, which is short, and not on the second one. Throws `CutPages` if the first page still is as
   * short. False: it is longer, so these rows were written meanwhile.
   */
  async #refuseCut({ rows: { length } }: TokenPage<T>): Promise<false> {
    const again = await this.#ask(null, freshCall(this.#call));
    if (again.rows.length <= length) throw new CutPages(length);
    return false;
  }

  async #fetch(token: string | null, rows: number, call: Call): Promise<TokenPage<T>> {
    const page = await this.#options.fetch(token, rows, call);
    this.#options.size.shown.saw({ count: page.rows.length, asked: rows, total: page.total });
    return page;
  }

  #takePeeked(index: number): TokenPage<T> | null {
    const peeked = this.#peeked;
    this.#peeked = null;
    return peeked?.index === index ? peeked.page : null;
  }

  /** Reads a page without a token from the vendor; null: tokens are not page numbers. */
  async #guessedPage(index: number, rows = this.asked.rows): Promise<TokenPage<T> | null> {
    const token = this.#numbered(index);
    if (token === undefined || this.#addressable === false) return null;
    try {
      return await this.#ask(token, this.#call, rows);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      this.#addressable = false;
      return null;
    }
  }

  async #ask(token: string | null, call = this.#call, rows = this.asked.rows): Promise<TokenPage<T>> {
    try {
      return await this.#fetch(token, rows, call);
    } catch (error) {
      throw token !== null && this.#options.isTokenRefused(error) ? new TokenRefused('', { cause: error }) : error;
    }
  }

  #noteToken(index: number, token: string): void {
    for (const [known, other] of this.#tokens) if (other === token && known < index) this.#turnsBack = index - 1;
    if (this.#turnsBack !== index - 1) this.#tokens.set(index, token);
  }

  /** Follows tokens from the nearest known page before `index`. Past the end it gives an empty page. */
  async #walkTo(index: number): Promise<IndexedPage<T>> {
    let at = Math.max(...[...this.#tokens.keys()].filter((known) => known <= index));
    for (let walked = 0; ; walked += 1) {
      if (walked >= this.maxWalk) throw outOfReach(this.maxWalk);
      if (at === this.#turnsBack && at < index) throw new EndlessList(this.source, TURNS_BACK);
      const page = await this.#fetchToken(at, this.#tokens.get(at) ?? null);
      if (at === index) return page;
      if (page.isLast) return { rows: [], total: page.total, isLast: true };
      at += 1;
      // Tokens turned out to be page numbers, so jump instead of walking.
      if (this.#addressable === true) return this.fetch(index);
    }
  }
}
