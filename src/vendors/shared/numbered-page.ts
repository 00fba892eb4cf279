import type { PageSize } from '../../pagination/core/page-size.ts';
import { pageInParts } from '../../pagination/numbered/page-in-parts.ts';
import { moreBehind } from '../../pagination/core/page-end.ts';
import { sizeOf } from './rows.ts';
import type { OddRow, Rows } from './rows.ts';

/** A vendor's statements about a page. Any of them may be wrong. */
interface Said {
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
  readonly said: (page: P, index: number) => Said;
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

/** Fetches a page of a list whose pages have numbers, in smaller pages if it does not fit into an answer. */
export async function numberedRows<P extends Rows<unknown>>(page: NumberedPage<P>): Promise<NumberedRows<RowOf<P>>> {
  const { size, index, pageSize, fetch, said } = page;
  const { parts, ...last } = await pageInParts<P>({
    size,
    index,
    pageSize,
    fetch,
    isLast: (part, at, rows) => nextPageOf(part, at, rows, said(part, at)) === false,
    tooLarge: (row) => page.pageOfOdd([{ ...row, index: 0 }]),
  });
  const end = parts.at(-1);
  const told = end === undefined ? { total: null, more: null } : said(end, last.index);
  // Rows that moved meanwhile are on two parts.
  const rows = new Map(parts.flatMap(({ data }) => data.map((row: RowOf<P>) => [page.keyOf(row), row] as const)));
  return {
    rows: [...rows.values()],
    odd: parts.flatMap(({ odd }) => odd),
    more: end === undefined ? false : nextPageOf(end, last.index, last.rows, told),
    total: parts.map((part) => said(part, 0).total).findLast((total) => total !== null) ?? null,
  };
}

/** Is there a page after this one? An empty page that promises more is left to the reader. */
function nextPageOf(page: Rows<unknown>, index: number, pageSize: number, { total, more }: Said): boolean | null {
  const count = sizeOf(page);
  if (count === 0) return more === true;
  return moreBehind({ start: index * pageSize, count, asked: pageSize, total, said: more });
}
