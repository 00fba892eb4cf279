import type { Ordered } from '../../domain/ordered.ts';
import { ENDS_EARLY } from '../core/page-guard.ts';
import type { FoundPage, KeysetPage } from './list.ts';
import { BrokenList } from './pages.ts';
import type { RecordPageLengths } from './pages.ts';

/** The vendor's list by offsets. A page may begin slightly earlier than requested. */
export interface OffsetPages<T extends Ordered> {
  readonly lengths: RecordPageLengths;
  fetch(offset: number): Promise<KeysetPage<T>>;
  /** Requests the page again, in place of a remembered answer. */
  refetch(offset: number): Promise<KeysetPage<T>>;
}

/**
 * The page at another offset than the page that was just read. For offsets behind the end, a vendor may repeat its last
 * page, which then counts as empty. Throws BrokenList if the vendor repeats its first page and more records may exist.
 */
export async function fetchOther<T extends Ordered>(
  pages: OffsetPages<T>,
  known: FoundPage<T>,
  offset: number,
): Promise<KeysetPage<T>> {
  const page = await askedAgain(pages, { page: await pages.fetch(offset), offset });
  const isDoubtful = isElsewhere(page, known, offset) || isBehindCount(page, offset);
  if (offset <= known.offset || !isDoubtful) return page;
  if (!isSamePage(page, known.page)) {
    return (await isBehindEnd(pages, { page, offset })) ? { ...page, records: [] } : page;
  }
  // If offsets count from 1, offsets 0 and 1 give the same page.
  if (offset === known.offset + 1) return fetchOther(pages, known, offset + 1);
  // Or as many records were added meanwhile as lie between the two offsets.
  if (!isSamePage(await pages.fetch(known.offset), known.page)) return page;
  if (known.offset === 0) await refuseIgnored(pages, known.page);
  return { ...page, records: [] };
}

/**
 * An empty page is the end of the list unless the vendor says otherwise. Then the page is asked for again. Throws BrokenList if
 * it stays empty.
 */
export async function askedAgain<T extends Ordered>(
  pages: OffsetPages<T>,
  { page, offset }: FoundPage<T>,
): Promise<KeysetPage<T>> {
  if (page.records.length > 0 || !pages.lengths.saysMore(page, offset)) return page;
  if (page.more !== true && (await isCountWrong(pages, page))) return page;
  const again = await pages.refetch(offset);
  if (again.records.length === 0 && pages.lengths.saysMore(again, offset)) throw new BrokenList(ENDS_EARLY);
  return again;
}

/**
 * True if nothing follows, although the count of an empty page says so: nothing lies at the last place that it counts. Or the
 * record with the id lies there, because the list has grown.
 */
export async function isCountWrong<T extends Ordered>(
  pages: OffsetPages<T>,
  { total, more }: KeysetPage<T>,
  id: string | null = null,
): Promise<boolean> {
  const [count, isSaid] = [total ?? 0, more === true];
  if (count === 0 || pages.lengths.countsTooMany) return !isSaid;
  const last = await pages.fetch(count - 1);
  if (pages.lengths.isTooHigh(last)) return !isSaid;
  return last.records.at(-1)?.id === id && (last.total ?? 0) < count + last.records.length;
}

/** True if a record of the known page has another offset now. */
function isElsewhere<T extends Ordered>({ records }: KeysetPage<T>, known: FoundPage<T>, offset: number): boolean {
  return known.page.records.some(({ id }, index) => {
    const at = records.findIndex((record) => record.id === id);
    return at !== -1 && offset + at !== known.offset + index;
  });
}

/** True if the count says that the list ends before the page does. Offsets may count from 1. */
function isBehindCount<T extends Ordered>({ records: { length }, total }: KeysetPage<T>, offset: number): boolean {
  return length > 0 && total !== null && offset + length > total + 1;
}

/**
 * True if the page does not lie at its offset, because a neighbouring offset gives the same page. The page of one record
 * may be the last one: then the offset before it has another.
 */
async function isBehindEnd<T extends Ordered>(pages: OffsetPages<T>, { page, offset }: FoundPage<T>): Promise<boolean> {
  const beside = await pages.fetch(page.records.length === 1 ? offset - 1 : offset + 1);
  // If the page at the offset has changed meanwhile, records were added or removed.
  return isSamePage(beside, page) && isSamePage(await pages.fetch(offset), page);
}

/**
 * The first page came for an offset behind it, too. Throws BrokenList unless an offset within it shows that the source
 * takes offsets, and that nothing follows. Offsets may count from 1, so a page of one or two records has none within: then
 * what the source says decides.
 */
export async function refuseIgnored<T extends Ordered>(pages: OffsetPages<T>, first: KeysetPage<T>): Promise<void> {
  const { records } = first;
  if (records.length < 3) {
    if (pages.lengths.saysMore(first, 0)) throw new BrokenList();
    return;
  }
  const within = await pages.fetch(records.length - 1);
  const known = new Set(records.map(({ id }) => id));
  const isIgnored = within.records[0]?.id === records[0]?.id;
  if (isIgnored || within.records.some(({ id }) => !known.has(id))) throw new BrokenList();
}

export function isSamePage<T extends Ordered>(a: KeysetPage<T>, b: KeysetPage<T>): boolean {
  return a.records[0]?.id === b.records[0]?.id && a.records.at(-1)?.id === b.records.at(-1)?.id;
}
