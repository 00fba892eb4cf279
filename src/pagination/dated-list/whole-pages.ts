import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { DatedPage, DatedPages } from './pages.ts';
import { unsearchable } from '../numbered/locate.ts';
import { contradiction, PageGuard, SHORT_PAGE } from '../core/page-guard.ts';
import type { Batch, Unplaced, Unreadable } from '../core/partition.ts';
import { together } from '../core/unreadable.ts';

/** All rows of a list, in the vendor's order. */
export interface WholeList<T extends Ordered> extends Missing, Pick<Batch<T>, 'pages' | 'unreadable'> {
  readonly rows: readonly Unplaced<T>[];
}

type Missing = Pick<Batch<Ordered>, 'truncated' | 'contradicts'>;

/** Most pages that are read of a list in no order; its further rows are reported as out of reach. */
export const MAX_WHOLE_PAGES = 100;

const SIDE_BY_SIDE = 8;

/** Most attempts to read a list that changes meanwhile. */
const MAX_ATTEMPTS = 4;

/**
 * Reads all pages of a list. Pages that the count promises are requested in parallel. If the count changes meanwhile, a
 * row may have moved from a later page to one that was already read. Then the pages are read again one by one, where
 * new rows only push others to later pages.
 */
export async function readWholeList<T extends Ordered>(options: DatedPages<T>, call: Call): Promise<WholeList<T>> {
  let read = 0;
  let current = inSequence(call);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { pages, ...missing } = await readPages(options, attempt === 0 ? SIDE_BY_SIDE : 1, current);
    read += pages.length;
    if (attempt === 0 ? hasOneTotal(pages) : neverShrinks(pages)) {
      const unreadable = pages.reduce<Unreadable | null>(
        (sum, page) => (page.unreadable === undefined ? sum : together(sum, page.unreadable)),
        null,
      );
      return {
        rows: pages.flatMap(({ rows }) => rows),
        pages: read,
        ...missing,
        ...(unreadable === null ? {} : { unreadable }),
      };
    }
    current = freshCall(current);
  }
  throw unsearchable();
}

interface ListRead<T extends Ordered> extends Missing {
  readonly pages: readonly DatedPage<T>[];
}

async function readPages<T extends Ordered>(
  options: DatedPages<T>,
  sideBySide: number,
  call: Call,
): Promise<ListRead<T>> {
  const ids = new Set<string>();
  const pages: DatedPage<T>[] = [];
  const guard = new PageGuard();
  for (;;) {
    const length = Math.min(countAhead(pages, options.pageSize, sideBySide), MAX_WHOLE_PAGES - pages.length);
    const next = await Promise.all(
      Array.from({ length }, async (_, ahead) => options.fetch(pages.length + ahead, call)),
    );
    for (const page of next) {
      const keys = page.rows.map((row) => options.idOf(row));
      for (const key of keys) ids.add(key);
      // A page with unreadable rows does not count as repeated.
      const shown = page.unreadable === undefined ? keys : [...keys, `unreadable rows of page ${pages.length}`];
      const wrong = guard.judge(pages.length, shown, page.more !== false);
      pages.push(page);
      if (wrong !== null && (await stands(options, pages, call)))
        return { pages, ...(isWhole(page, ids.size) ? {} : contradiction(wrong)) };
    }
    if (pages.at(-1)?.more === false)
      return { pages, ...(await shortPages(options, pages, call)), ...contradictionOf(pages) };
    if (pages.length >= MAX_WHOLE_PAGES) return { pages, truncated: tooLong(ids.size) };
  }
}

/**
 * True if the last two pages have the same rows, and the earlier one still has them when it is read again. New rows may
 * push whole pages on, so only reading again distinguishes that from repeated pages.
 */
async function stands<T extends Ordered>(
  options: DatedPages<T>,
  pages: readonly DatedPage<T>[],
  call: Call,
): Promise<boolean> {
  const idsOf = (page: DatedPage<T> | undefined): string => JSON.stringify(page?.rows.map((row) => options.idOf(row)));
  const last = idsOf(pages.at(-1));
  return idsOf(pages.at(-2)) === last && idsOf(await options.fetch(pages.length - 2, freshCall(call))) === last;
}

/**
 * Reports a short page before others: the vendor counts pages by the requested size, so rows that it omits may be on no
 * page.
 */
async function shortPages<T extends Ordered>(
  options: DatedPages<T>,
  pages: readonly DatedPage<T>[],
  call: Call,
): Promise<Missing> {
  const sizes = pages.map(sizeOf);
  const last = sizes.findLastIndex((size) => size > 0);
  const short = sizes.findIndex((size) => size < options.pageSize);
  if (short === -1 || short >= last) return {};
  // Read it again: it may have been the last page at first.
  const isShort = sizeOf(await options.fetch(short, freshCall(call))) < options.pageSize;
  return isShort ? contradiction(SHORT_PAGE) : {};
}

function contradictionOf<T extends Ordered>(pages: readonly DatedPage<T>[]): Missing {
  const said = pages.find((page) => page.contradiction !== undefined)?.contradiction;
  return said === undefined ? {} : contradiction(said);
}

function sizeOf<T extends Ordered>({ rows, unreadable }: DatedPage<T>): number {
  return rows.length + (unreadable?.count ?? 0);
}

/** True if, by the list's own count, all rows were read. */
function isWhole<T extends Ordered>({ total }: DatedPage<T>, read: number): boolean {
  return total !== null && total <= read;
}

/** The number of pages that the count promises beyond those read. At least one, because a count may be too low. */
function countAhead<T extends Ordered>(pages: readonly DatedPage<T>[], pageSize: number, most: number): number {
  const total = pages.at(-1)?.total ?? null;
  if (pages.length === 0 || total === null) return 1;
  return Math.max(1, Math.min(most, Math.ceil(total / pageSize) - pages.length));
}

/** True if all pages have the same count. Pages without a count are never read in parallel. */
function hasOneTotal<T extends Ordered>(pages: readonly DatedPage<T>[]): boolean {
  return pages.every(({ total }) => total === pages[0]?.total);
}

function neverShrinks<T extends Ordered>(pages: readonly DatedPage<T>[]): boolean {
  return pages.every(({ total }, index) => {
    const before = pages[index - 1]?.total ?? null;
    return total === null || before === null || total >= before;
  });
}

function tooLong(count: number): string {
  return `the source does not give the newest first, so the list has to be read whole: only its first ${count} rows were read`;
}
