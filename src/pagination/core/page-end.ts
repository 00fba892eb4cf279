import { AnswerTooLarge, hasCode } from '../../domain/errors.ts';

/**
 * Decides whether a page is the last of its list. Counts, flags and page lengths are signs that may be wrong; the end
 * is certain only when the vendor returns nothing more. So a page counts as the last only if two signs agree and none
 * contradicts. At the start of a list two signs may agree and still be wrong: of a page that is cut to its length and
 * counted alone. They count only from a source that has shown what they are worth (`ShownSigns`). Otherwise the reader
 * requests the next page.
 */

/** Lengths to which vendors typically cap pages. A page of exactly such a length may be cut. */
const ROUND: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200, 250, 500, 1_000]);

/** A page, and what the vendor states about it. */
export interface PageSigns {
  /** The number of rows before the page; null: unknown. */
  readonly start: number | null;
  readonly count: number;
  readonly asked: number;
  /** The vendor's count of all rows; null: not stated. */
  readonly total: number | null;
  /** Whether a flag or link says that more rows follow. Null or undefined: not stated. */
  readonly said?: boolean | null | undefined;
  /** True if `said` is a token that names the next page, not a flag that may be made of the count. */
  readonly isNaming?: boolean | undefined;
  /** The length of the shortest page known to be followed by others. Null or undefined: unknown. */
  readonly full?: number | null | undefined;
  /** True if `full` is only an assumption. */
  readonly isFullAssumed?: boolean | undefined;
  /** What the source has shown so far. Undefined: its signs count in any case. */
  readonly shown?: ShownSigns | undefined;
}

/**
 * True if the page is shorter than pages that are followed by others, as far as known. Without such pages for
 * comparison, a page of a round length does not count as short, because it may be cut.
 */
export function isShort({ count, asked, full }: Pick<PageSigns, 'count' | 'asked' | 'full'>): boolean {
  return count < Math.min(asked, full ?? Infinity) && (typeof full === 'number' || !ROUND.has(count));
}

/** Whether rows follow the page. Null: only another call can tell. */
export function moreBehind(page: PageSigns): boolean | null {
  const { start, count, total, said } = page;
  if (count === 0) return false;
  if (said === true) return true;
  const end = start === null ? null : start + count;
  // A count that includes earlier pages is not the count of this page alone. Then a round length does not suggest a
  // cut.
  const isProven = start !== null && start > 0 && total === end;
  const hasRoom = isShort(isProven ? { ...page, full: page.full ?? page.asked } : page);
  if (total !== null && end !== null && total > end) return hasRoom ? null : true;
  // A count lower than the rows received is wrong, and then other signs may be wrong too.
  if (total !== null && total < (end ?? count)) return null;
  const isCounted = total !== null && total === end;
  // A flag may be made of the count. Then the two are one sign, and a full page needs another.
  if (!hasRoom && !(page.isNaming === true && start !== 0)) return null;
  if ([isCounted, hasRoom, said === false].filter(Boolean).length < 2) return null;
  return isProven || isTrusted(page) ? false : null;
}

/** True if the signs agree that the page is the last, but the source has not shown yet what they are worth. */
export function isUntold(page: PageSigns): boolean {
  return page.shown !== undefined && moreBehind(page) === null && moreBehind({ ...page, shown: undefined }) === false;
}

function isTrusted(page: PageSigns): boolean {
  const { count, full, isFullAssumed = false, shown } = page;
  // Pages that were followed by others are longer, so pages are not cut to this length.
  const isShorter = typeof full === 'number' && full > count && !isFullAssumed;
  return shown === undefined || isShorter || shown.trusts(page);
}

/** A page, as far as it shows what the signs of its source are worth. */
interface ShownPage {
  readonly count: number;
  readonly asked: number;
  readonly total: number | null;
}

/** Most sizes for which the longest page is kept. */
const MOST_SIZES = 64;

/**
 * What the pages of one kind of list have shown about the signs of their source, for all reads of it. A source may cut
 * its pages silently to any length, and may count each page alone: then a page that is cut looks like a whole list. So a
 * short page with such a count is believed only once the source has shown that it does not do one of the two.
 */
export class ShownSigns {
  /** What counts are of. Untellable: pages of one row are as long as others. */
  #counts: 'unknown' | 'all' | 'page' | 'untellable' = 'unknown';
  /** The longest pages by the number of rows requested: longer ones for fewer rows, in ascending order of rows. */
  #longest: readonly Pick<ShownPage, 'count' | 'asked'>[] = [];
  #probe: Promise<void> | null = null;

  /** Records a page. */
  saw({ count, asked, total }: ShownPage): void {
    if (total !== null && total > count) this.#counts = 'all';
    if (count === 0 || this.#longest.some((known) => known.asked >= asked && known.count >= count)) return;
    const others = this.#longest.filter((known) => known.asked > asked || known.count > count);
    this.#longest = [...others, { count, asked }].sort((a, b) => a.asked - b.asked).slice(-MOST_SIZES);
  }

  /** True if a source gives as many rows as before where it is asked for one. */
  get ignoresSize(): boolean {
    return this.#counts === 'untellable';
  }

  /** True if it is known that the page is not a cut one with a count of its own. */
  trusts({ count, asked, total }: ShownPage): boolean {
    if (this.#counts === 'all' && total !== null) return true;
    // A longer page for as many rows: pages are not cut to this length, and none to one row.
    return count === 1 || this.#longest.some((known) => known.asked >= asked && known.count > count);
  }

  /**
   * Before the first page that its signs alone make the last: asks for one row of the same list. Its count shows for all lists
   * whether counts are those of the page alone, whatever has been written meanwhile. Reads at the same time share the answer.
   */
  async ask(page: PageSigns, fetchOne: () => Promise<Omit<ShownPage, 'asked'>>): Promise<void> {
    const { start, count, total } = page;
    if (this.#counts !== 'unknown' || start !== 0 || total !== count || !isUntold(page)) return;
    this.#probe ??= this.#askOne(count, fetchOne).finally(() => {
      this.#probe = null;
    });
    await this.#probe;
  }

  async #askOne(known: number, fetchOne: () => Promise<Omit<ShownPage, 'asked'>>): Promise<void> {
    try {
      const one = await fetchOne();
      this.saw({ ...one, asked: 1 });
      if (this.#counts === 'unknown') this.#counts = one.count < known ? 'page' : 'untellable';
    } catch (error) {
      // That row can't be read by itself. A look behind the page tells of this list.
      if (!(error instanceof AnswerTooLarge) && !hasCode(error, 'SOURCE_BAD_RESPONSE')) throw error;
    }
  }
}

/** Whether rows follow the page. A source that has not shown yet what its counts are worth is asked first. */
export async function moreBehindAsked(
  page: PageSigns,
  fetchOne: () => Promise<Omit<ShownPage, 'asked'>>,
): Promise<boolean | null> {
  await page.shown?.ask(page, fetchOne);
  return moreBehind(page);
}
