import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { DatedPage, DatedPages } from './pages.ts';
import type { IndexedList, IndexedPage } from '../numbered/list.ts';
import { contradiction, PageGuard, PROMISES_EMPTY_PAGES, REPEATS, SHORT_PAGE } from '../core/page-guard.ts';
import type { Batch, Unreadable } from '../core/partition.ts';
import { together } from '../core/unreadable.ts';

/** Thrown when a list turns out not to come newest first. */
export class NotNewestFirst extends Error {
  constructor() {
    super('The list does not come newest first.');
  }
}

/** Most pages in a row without a readable row. */
const MAX_ROWLESS = 20;

interface PageSummary {
  /** True if the page has fewer rows than a full page. */
  readonly isShort: boolean;
  readonly ids: string;
  readonly newest: bigint;
  readonly oldest: bigint;
}

/** The pages of a list that should come newest first, for one read. Every statement of the vendor is checked. */
export class NewestFirstPages<T extends Ordered> implements IndexedList<T> {
  readonly order = 'descending';
  readonly maxEmpty = MAX_ROWLESS + 1;
  readonly #options: DatedPages<T>;
  #call: Call;
  readonly #seen = new Map<number, PageSummary>();
  readonly #odd = new Map<number, Unreadable>();
  readonly #guard = new PageGuard(MAX_ROWLESS);
  /** True if the vendor returns the same page for every later number. */
  #repeats = false;
  #missing: Pick<Batch<T>, 'truncated' | 'contradicts'> = {};

  constructor(options: DatedPages<T>, call: Call) {
    this.#options = options;
    this.#call = inSequence(call);
  }

  limit(): number {
    return this.#options.pageSize;
  }

  canJump(): boolean {
    return true;
  }

  renew(): void {
    this.#call = freshCall(this.#call);
  }

  async fetch(index: number): Promise<IndexedPage<T>> {
    if (this.#repeats && index > 0) return END;
    const page = await this.#options.fetch(index, this.#call);
    if (!this.#options.isNewestFirst() || !descends(page.rows)) throw new NotNewestFirst();
    if (page.unreadable !== undefined) this.#odd.set(index, page.unreadable);
    if (page.contradiction !== undefined) this.#missing = contradiction(page.contradiction);
    if (page.rows.length === 0) return this.#withoutRows(page);
    this.#guard.isStuck(true);
    const seen = this.#look(page);
    if (index > 0 && (await this.#isRepeated(index, seen))) return this.#stopAtRepeat(page);
    await this.#checkBorders(index, seen);
    this.#seen.set(index, seen);
    if (await this.#isCutBetween(index, seen)) this.#missing = contradiction(SHORT_PAGE);
    return { rows: page.rows, total: page.total, isLast: page.more === false };
  }

  /** Returns notes about the rows read so far, each once. */
  takeNotes(): Pick<Batch<T>, 'truncated' | 'contradicts' | 'unreadable'> {
    const missing = this.#missing;
    const unreadable = [...this.#odd.values()].reduce<Unreadable | null>(together, null);
    this.#missing = {};
    this.#odd.clear();
    return { ...missing, ...(unreadable === null ? {} : { unreadable }) };
  }

  /** A page without any row is the end, whatever it promises. A page with only unreadable rows is not. */
  #withoutRows(page: DatedPage<T>): IndexedPage<T> {
    if (page.unreadable === undefined || page.more !== true) {
      if (page.more === true) this.#missing = contradiction(PROMISES_EMPTY_PAGES);
      return { rows: [], total: page.total, isLast: true };
    }
    if (!this.#guard.isStuck(false)) return { rows: [], total: page.total, isLast: false };
    this.#missing = {
      truncated: `none of the rows on ${MAX_ROWLESS} pages could be read; what follows them is out of reach`,
    };
    return END;
  }

  #look({ rows, unreadable }: DatedPage<T>): PageSummary {
    const times = rows.map(({ time }) => time);
    return {
      isShort: rows.length + (unreadable?.count ?? 0) < this.#options.pageSize,
      ids: JSON.stringify(rows.map((row) => this.#options.idOf(row))),
      newest: times[0] ?? 0n,
      oldest: times.at(-1) ?? 0n,
    };
  }

  /** New rows push others to later pages, so only reading the page again distinguishes that from a repeated page. */
  async #isRepeated(index: number, { ids }: PageSummary): Promise<boolean> {
    const same = [...this.#seen].find(([other, seen]) => other !== index && seen.ids === ids)?.[0];
    return same !== undefined && this.#stands(same, ids);
  }

  #stopAtRepeat({ rows, total }: DatedPage<T>): IndexedPage<T> {
    this.#repeats = true;
    if (total === null || total > rows.length) this.#missing = contradiction(REPEATS);
    return END;
  }

  /**
   * True if a page before others is short. The vendor counts pages by the requested size, so rows that a short page
   * omits may be on no page. Reads the page again, because it may have been the last one at first.
   */
  async #isCutBetween(index: number, { isShort }: PageSummary): Promise<boolean> {
    const short = this.#seen.get(index - 1)?.isShort === true ? index - 1 : index;
    if (short === index && !(isShort && this.#seen.has(index + 1))) return false;
    this.renew();
    return this.#look(await this.#options.fetch(short, this.#call)).isShort;
  }

  /**
   * Throws `OrderNotKept` if neighbouring pages overlap in time. Moving rows can look the same, so the neighbour is read
   * again first.
   */
  async #checkBorders(index: number, { newest, oldest }: PageSummary): Promise<void> {
    const [newer, older] = [this.#seen.get(index - 1), this.#seen.get(index + 1)];
    if (newer !== undefined && newer.oldest < newest && (await this.#stands(index - 1, newer.ids)))
      throw new NotNewestFirst();
    if (older !== undefined && older.newest > oldest && (await this.#stands(index + 1, older.ids)))
      throw new NotNewestFirst();
  }

  /** True if a page still has the same rows when it is read again. */
  async #stands(index: number, ids: string): Promise<boolean> {
    this.renew();
    return this.#look(await this.#options.fetch(index, this.#call)).ids === ids;
  }
}

const END = { rows: [], total: null, isLast: true } as const;

function descends(rows: readonly { readonly time: bigint }[]): boolean {
  return rows.every(({ time }, index) => index === 0 || time <= (rows[index - 1]?.time ?? time));
}
