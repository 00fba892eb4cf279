import type { Ordered } from '../../domain/ordered.ts';
import type { KeysetPage } from './list.ts';
import { RepeatsItself } from './pages.ts';
import type { PageLengths } from './pages.ts';

/** The vendor's list by offsets. A page may begin slightly earlier than requested. */
export interface OffsetPages<T extends Ordered> {
  readonly lengths: PageLengths;
  fetch(offset: number): Promise<KeysetPage<T>>;
}

export interface FoundPage<T extends Ordered> {
  readonly page: KeysetPage<T>;
  readonly offset: number;
}

/**
 * The page at another offset than one that was just read. A vendor may give its last page again for what lies behind it:
 * that is read as an empty page. Throws RepeatsItself where it gives its first page and there may be more.
 */
export async function fetchOther<T extends Ordered>(
  pages: OffsetPages<T>,
  known: FoundPage<T>,
  offset: number,
): Promise<KeysetPage<T>> {
  const page = await pages.fetch(offset);
  const { records } = known.page;
  if (offset <= known.offset || records.length === 0 || !isSamePage(page, known.page)) return page;
  // If offsets count from 1, offsets 0 and 1 give the same page.
  if (offset === known.offset + 1) return fetchOther(pages, known, offset + 1);
  // Or as many records were added meanwhile as lie between the two offsets.
  if (!isSamePage(await pages.fetch(known.offset), known.page)) return page;
  if (known.offset === 0) await refuseIgnored(pages, known.page);
  return { ...page, records: [] };
}

/**
 * The first page came for an offset behind it, too. Throws RepeatsItself where it comes for an offset within it as well: then
 * nothing shows that it is all there is. Offsets may count from 1, so a page of one or two records has none within.
 */
export async function refuseIgnored<T extends Ordered>(pages: OffsetPages<T>, first: KeysetPage<T>): Promise<void> {
  const { length } = first.records;
  if (pages.lengths.saysMore(first, 0)) throw new RepeatsItself();
  if (length < 3) return;
  const within = await pages.fetch(length - 1);
  if (within.records[0]?.id === first.records[0]?.id) throw new RepeatsItself();
}

export function isSamePage<T extends Ordered>(a: KeysetPage<T>, b: KeysetPage<T>): boolean {
  return a.records[0]?.id === b.records[0]?.id && a.records.at(-1)?.id === b.records.at(-1)?.id;
}
