import type { Ordered } from '../../domain/ordered.ts';
import type { FoundPage, KeyedRecord, KeysetPage } from './list.ts';
import { unsearchable } from '../numbered/locate.ts';
import { fetchOther } from './other-page.ts';
import type { OffsetPages } from './other-page.ts';

/**
 * Finds pages in a list of records by offset without trusting its count: only the content of pages decides. Records
 * added meanwhile move all others, so a page proves only what it shows when it is read.
 */

/** Upper bound on pages per search. It ends long before, unless the list changes faster than it can be searched. */
const MAX_PAGES = 64;

/** Pages next to a guess to try before longer steps, because drift is usually small. */
const NEIGHBOURS = 2;

/**
 * The last page of the list. `first` is the page at its native start. Throws BrokenList where the vendor gives that
 * page wherever it is asked, and there may be more.
 */
export async function findFarEnd<T extends Ordered>(
  pages: OffsetPages<T>,
  first: KeysetPage<T>,
): Promise<FoundPage<T>> {
  let last: FoundPage<T> = { page: first, offset: 0 };
  /** The offset at which no new record was found. */
  let beyond: number | null = null;
  let leaps = 0;
  for (let tries = 0; tries < MAX_PAGES; tries += 1) {
    const end: number = last.offset + last.page.records.length;
    if (pages.lengths.isEnd(last.page, last.offset)) return last;
    if (beyond === end) return last;
    const { usual } = pages.lengths;
    // Room for records that come meanwhile. It grows with each try, so that new records cannot outrun the search for ever.
    const room = Math.min(2 ** (tries + 1), usual - 1);
    const counted = Math.max(end, (last.page.total ?? 0) - usual + room);
    const leap = end + (2 ** Math.min(leaps, 30) - 1) * usual;
    const isCounted = last.page.total !== null && last.page.total > end && (beyond === null || counted < beyond);
    if (!isCounted) leaps += 1;
    const far: number = isCounted ? counted : leap;
    const offset: number = beyond === null || far < beyond ? far : middleOf(end, beyond, usual);
    const page = await fetchOther(pages, last, offset);
    if (page.records.length === 0) {
      beyond = offset;
      continue;
    }
    if (offset === end) pages.lengths.learn(last.page.records.length);
    last = { page, offset };
    // An offset that was empty earlier may have records now. The end is near it.
    if (beyond !== null && offset + page.records.length >= beyond) [beyond, leaps] = [null, 0];
  }
  throw unsearchable();
}

function middleOf(end: number, beyond: number, usual: number): number {
  return beyond - end <= usual ? end : Math.floor((end + beyond) / 2);
}

export interface PlaceOptions<T extends Ordered> {
  /** The native direction of the walk. */
  readonly kind: 'after' | 'before';
  /** A page that was read near the place. */
  readonly guess: FoundPage<T> | null;
  /** The least number of records before the place that the walk must see. */
  readonly margin: number;
  /** The time of the place and of records, as numbers that grow in native order. */
  readonly at: bigint;
  readonly time: (record: KeyedRecord<T>) => bigint;
  /** True if the walk meets the record before the place. */
  readonly isPassed: (record: KeyedRecord<T>) => boolean;
  /** True if, by their times, no record before this one in the walk has a row at or beyond the place. */
  readonly isClear: (record: KeyedRecord<T>) => boolean;
}

/** A record that was seen on one side of the place. Its time is null if the list ended before it. */
interface Mark {
  readonly index: number;
  readonly time: bigint | null;
}

interface Bounds {
  readonly low: Mark | null;
  readonly high: Mark | null;
}

/** The page with which a walk to a place in time has to begin: it sees enough of what lies before the place. */
export async function findPlace<T extends Ordered>(
  pages: OffsetPages<T>,
  options: PlaceOptions<T>,
): Promise<FoundPage<T>> {
  const { kind, margin } = options;
  let bounds: Bounds = { low: null, high: null };
  let room = Math.max(margin, pages.lengths.usual >> 1);
  let { page, offset } = options.guess ?? { page: await pages.fetch(0), offset: 0 };
  /** True if the last request has shown that nothing follows the page. */
  let isLast = false;
  /** The lowest offset at which the list had no records. */
  let beyond = Infinity;
  /** Up to here records were seen. */
  let known = 0;
  /** The page with records that came last: behind the end, the vendor may give it again for any offset. */
  let shown = { page, offset };
  for (let tries = 1; tries < MAX_PAGES; tries += 1) {
    const { length } = page.records;
    if (length === 0 && offset === 0) return { page, offset };
    if (length === 0) beyond = offset;
    if (length > 0) {
      known = Math.max(known, offset + length);
      shown = { page, offset };
    }
    if (known > beyond) beyond = Infinity;
    isLast ||= pages.lengths.isEnd(page, offset) && length > 0;
    const lead = leadOf(page, options);
    bounds = narrowed(bounds, page, offset, { lead, isLast }, options);
    const place = placeOf(bounds);
    const isWhole = kind === 'after' ? offset === 0 : isLast;
    const mayStart = isWhole || seesEnough(page, place === null ? 0 : distance(kind, page, offset, place), options);
    const isEarly = kind === 'after' ? lead === length && !isLast : lead === 0 && offset > 0;
    if (mayStart && (!isEarly || place !== null)) return { page, offset };
    const { usual } = pages.lengths;
    const old = { page, offset };
    if (place === null) {
      const isNear = options.guess !== null && tries <= NEIGHBOURS;
      offset = Math.max(0, estimate(bounds, page.total, { at: options.at, tries, usual, isNear }) - (usual >> 1));
    } else {
      // More and more of what lies before the place, until a walk may begin there.
      const end = Math.min(place + room, beyond);
      offset = Math.max(0, kind === 'after' ? place - room : end - usual);
      if (kind === 'before' && end === beyond && beyond - known > usual) offset = Math.floor((known + beyond) / 2);
      room *= 2;
    }
    // The page reaches as far as it can, so look behind it.
    if (offset === old.offset && length > 0) offset += length;
    page = await fetchOther(pages, shown, offset);
    const follows = offset === old.offset + length && length > 0;
    if (follows && page.records.length > 0) pages.lengths.learn(length);
    isLast = follows && page.records.length === 0;
    if (isLast) ({ page, offset } = old);
  }
  throw unsearchable();
}

/** How many records lie between the beginning of a walk with that page and the place. */
function distance<T extends Ordered>(
  kind: 'after' | 'before',
  { records }: KeysetPage<T>,
  offset: number,
  place: number,
): number {
  return kind === 'after' ? place - offset : offset + records.length - place;
}

/** True if a walk that begins with the page sees enough records before the place. */
function seesEnough<T extends Ordered>(
  { records }: KeysetPage<T>,
  passed: number,
  { kind, margin, isClear, isPassed }: PlaceOptions<T>,
): boolean {
  const [first, last] = kind === 'after' ? [records[0], records[margin - 1]] : [records.at(-1), records.at(-margin)];
  return first !== undefined && isClear(first) && (last === undefined ? passed >= margin : isPassed(last));
}

/** How many records of the page lie on the native start's side of the place. */
function leadOf<T extends Ordered>({ records }: KeysetPage<T>, { kind, isPassed }: PlaceOptions<T>): number {
  const lead = records.findIndex((record) => isPassed(record) !== (kind === 'after'));
  return lead === -1 ? records.length : lead;
}

/** What a page shows counts more than what pages before it have shown: records may have moved since. */
function narrowed<T extends Ordered>(
  { low, high }: Bounds,
  { records }: KeysetPage<T>,
  offset: number,
  { lead, isLast }: { readonly lead: number; readonly isLast: boolean },
  { time }: PlaceOptions<T>,
): Bounds {
  const markOf = (index: number): Mark | null => {
    const record = records[index];
    return record === undefined ? null : { index: offset + index, time: time(record) };
  };
  const seenLow = markOf(lead - 1);
  const isPast = records.length === 0 || (isLast && lead === records.length);
  const seenHigh = isPast ? { index: offset + records.length, time: null } : markOf(lead);
  const lows = [seenLow, low].filter((mark) => mark !== null && (seenHigh === null || mark.index < seenHigh.index));
  const highs = [seenHigh, high].filter((mark) => mark !== null && (seenLow === null || mark.index > seenLow.index));
  const nearer = (sign: 1 | -1) => (a: Mark | null, b: Mark | null) =>
    a === null || (b !== null && (b.index - a.index) * sign > 0) ? b : a;
  return { low: lows.reduce(nearer(1), null), high: highs.reduce(nearer(-1), null) };
}

/** The index of the first record on the far side of the place, where that is known. */
function placeOf({ low, high }: Bounds): number | null {
  return high !== null && (high.index === 0 || low?.index === high.index - 1) ? high.index : null;
}

interface Estimate {
  readonly at: bigint;
  readonly tries: number;
  readonly usual: number;
  readonly isNear: boolean;
}

/** An index at which the place may be: interpolated as if records were evenly spaced, or every third time the middle. */
function estimate({ low, high }: Bounds, total: number | null, { at, tries, usual, isNear }: Estimate): number {
  if (low === null || high === null) {
    if (high !== null) return isNear ? Math.max(0, high.index - 1 - (usual >> 1)) : 0;
    const from = (low?.index ?? -1) + 1;
    if (isNear) return from + (usual >> 1);
    const last = total === null ? from : total - 1;
    // The length of the list is not known, or the vendor's count is wrong: leap further and further.
    return last > from && tries <= 2 * NEIGHBOURS ? Math.max(from, last - 1) : from + usual * 2 ** Math.min(tries, 30);
  }
  const middle = Math.floor((low.index + high.index) / 2);
  if (low.time === null || high.time === null || tries % 3 === 0 || high.time <= low.time) return middle;
  const share = Number(at - low.time) / Number(high.time - low.time);
  const even = low.index + Math.round(share * (high.index - low.index));
  return Math.min(high.index - 1, Math.max(low.index + 1, even));
}
