import type { PageSize } from '../../pagination/core/page-size.ts';
import { pageInParts } from '../../pagination/numbered/page-in-parts.ts';
import { isUntold, moreBehind, moreBehindAsked } from '../../pagination/core/page-end.ts';
import type { PageSigns } from '../../pagination/core/page-end.ts';
import { sizeOf } from './rows.ts';
import type { OddRow, Rows } from './rows.ts';

/** A vendor's statements about a page. Any of them may be wrong. */
interface PageStatements {
  readonly total: number | null;
  /** Whether more rows follow. Null: not stated. */
  readonly more: boolean | null;
}

type RowOf<P extends Rows<unknown>> = P['data'][number];

interface NumberedPage<P extends Rows<unknown>> {
  /** The size of pages that fit into an answer. */
  readonly size: PageSize;
  /** The number of the page, counted from 0, and its size. */
  readonly index: number;
  readonly pageSize: number;
  readonly keyOf: (row: RowOf<P>) => string;
  readonly fetch: (index: number, rows: number) => Promise<P>;
  readonly said: (page: P, index: number) => PageStatements;
  /** True if pages are reached one from the other, and not by their numbers. */
  readonly isWalked?: boolean;
  /** A page of unreadable rows, about which nothing else is known. */
  pageOfOdd(odd: readonly OddRow[]): P;
}

interface NumberedRows<T> {
  readonly rows: readonly T[];
  readonly odd: readonly OddRow[];
  /** Whether a page follows. Null: only another call can tell. */
  readonly more: boolean | null;
  readonly total: number | null;
}

/**
 * Fetches a page of a list whose pages have numbers, in smaller pages if it does not fit into an answer, or if the
 * vendor cuts pages to fewer rows.
 */
export async function numberedRows<P extends Rows<unknown>>(page: NumberedPage<P>): Promise<NumberedRows<RowOf<P>>> {
  const { size, index, pageSize, said } = page;
  const { shown } = size;
  const fetch = async (at: number, rows: number): Promise<P> => {
    const part = await page.fetch(at, rows);
    shown.saw({ count: sizeOf(part), asked: rows, total: said(part, at).total });
    return part;
  };
  const signsOf = (part: P, at: number, rows: number): PageSigns => {
    const { total, more } = said(part, at);
    return { start: at * rows, count: sizeOf(part), asked: rows, total, said: more, shown };
  };
  const keysIn = ({ data, odd }: P): string[] => [
    ...data.map((row: RowOf<P>) => page.keyOf(row)),
    ...odd.map(({ id }) => id),
  ];
  const { parts, ...last } = await pageInParts<P>({
    size,
    index,
    pageSize,
    fetch,
    isLast: (part, at, rows) => nextPageOf(signsOf(part, at, rows)) === false,
    tooLarge: (row) => page.pageOfOdd([{ ...row, index: 0 }]),
  });
  const end = parts.at(-1);
  const signs = end === undefined ? null : signsOf(end, last.index, last.rows);
  const isSingle = last.rows === pageSize && page.isWalked !== true;
  const one = async () => {
    const part = await page.fetch(0, 1);
    return { count: sizeOf(part), total: said(part, 0).total };
  };
  const behind = signs !== null && isSingle ? await isFollowed(signs, parts.flatMap(keysIn), fetch, keysIn, one) : null;
  if (behind === true && signs !== null) {
    // Pages are cut to this length, so the list is read in pages that are no longer.
    size.cutTo(signs.count);
    return numberedRows(page);
  }
  // Rows that moved meanwhile are on two parts.
  const rows = new Map(parts.flatMap(({ data }) => data.map((row: RowOf<P>) => [page.keyOf(row), row] as const)));
  return {
    rows: [...rows.values()],
    odd: parts.flatMap(({ odd }) => odd),
    more: signs === null ? false : (behind ?? nextPageOf(signs)),
    total: parts.map((part) => said(part, 0).total).findLast((total) => total !== null) ?? null,
  };
}

/**
 * Whether rows follow a page that is shorter than requested, where its signs do not prove that it is the last. The vendor
 * may have cut it, and then the next page may begin further on. Null: the page is not short.
 */
async function isFollowed<P extends Rows<unknown>>(
  signs: PageSigns,
  keys: readonly string[],
  fetch: (index: number, rows: number) => Promise<P>,
  keysIn: (page: P) => readonly string[],
  one: () => Promise<{ readonly count: number; readonly total: number | null }>,
): Promise<boolean | null> {
  const { start, count, asked, shown } = signs;
  if (start === null || count === 0 || count >= asked || nextPageOf(signs) === false) return null;
  const isDoubted = isUntold(signs);
  if ((await moreBehindAsked(signs, one)) === false) return false;
  // Later pages of a vendor that cuts them may begin earlier than their numbers say.
  if (start > 0 && keysIn(await fetch(start, 1))[0] !== keys[0]) return true;
  // The second page of that length begins there even if the vendor ignores the size of pages.
  const found = keysIn(await (start === 0 ? fetch(1, count) : fetch(start + count, 1)));
  if (found.length > 0 && found.every((key) => keys.includes(key)))
    // The vendor ignores page numbers. If it also ignores page sizes, this page is the whole list.
    return isDoubted && shown?.ignoresSize === true ? false : null;
  // Rows behind a page that is longer by now were written meanwhile.
  if (found.length > 0) return start > 0 || sizeOf(await fetch(0, count + 1)) <= count;
  // The reader decides about a list that promises more than it has.
  return moreBehind(signs) === null ? false : null;
}

/** Whether a page follows; null: unknown. The reader decides about an empty page that promises more. */
function nextPageOf(signs: PageSigns): boolean | null {
  return signs.count === 0 ? signs.said === true : moreBehind(signs);
}
