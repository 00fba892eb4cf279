import type { Call } from '../../domain/call.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { FirstPage, sizeAround, sizeAtEnd, sizeFor } from '../core/ladder.ts';
import type { Ladder } from '../core/ladder.ts';
import { EndlessList } from '../core/page-guard.ts';
import { CutPages } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Batch, Identity, ReadRequest } from '../core/partition.ts';
import type { IndexedPage } from '../numbered/list.ts';
import { readHint } from '../numbered/page-hint.ts';
import { batchFrom } from './small-batch.ts';
import type { SmallPage } from './small-batch.ts';
import { hasPassedOver, reportingPassedOver } from './passed-over.ts';
import { TokenFacts, TokenRefused } from './token-facts.ts';

/**
 * Reads the needed rows from one page that is just large enough. The page itself must prove that it has every row
 * between the start of the read and the last row given out. If it does not, and after those rows, the log is read in
 * pages of the usual size.
 */

/** The log in pages of one size. */
export interface SizedList<T extends Ordered> {
  /** Reads one page by its number, counted from 0. Throws TokenRefused if pages have no numbers. */
  only(index: number): Promise<IndexedPage<T>>;
  /** True if pages are known to have numbers. */
  canJump(): boolean;
  /** A call whose answers are no older than the pages read so far. */
  readonly call: Call;
}

export interface SmallPageOptions<T extends Ordered> {
  readonly ladder: Ladder;
  readonly size: PageSize;
  readonly identity: Identity<T>;
  inPagesOf(rows: number, call: Call): SizedList<T>;
  /** Reads in pages of the usual size. */
  readUsual(request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined>;
}

export async function* readFromSmallPage<T extends Ordered>(
  options: SmallPageOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const small = await smallPage(options, request, call);
  const batch =
    small === null ? null : batchFrom(small, options, { ...request, need: neededOf(small, options, request) });
  if (small === null || batch === null) {
    const usual = options.readUsual(request, call);
    return yield* small !== null && hasPassedOver(small.page, request) ? reportingPassedOver(usual) : usual;
  }
  yield batch;
  if (batch.more === false) return;
  const last = batch.rows.at(-1);
  const from = last === undefined ? request.from : { time: last.row.time, tie: last.row.tie };
  const hint = last === undefined ? request.hint : last.hint;
  const need = request.need - batch.rows.length;
  const rest = { ...request, from, hint, need: Math.max(1, need) };
  // A page of the usual size that is all but large enough: a small one has the few rows that remain.
  const isNearlyAll = need > 0 && need < batch.rows.length && small.rows === options.size.usual;
  yield* isNearlyAll ? readFromSmallPage(options, rest, small.call) : options.readUsual(rest, small.call);
}

/** How many rows to take from the page: rows behind them show that none is missing. */
function neededOf<T extends Ordered>(
  { page }: SmallPage<T>,
  { ladder }: SmallPageOptions<T>,
  { need }: ReadRequest<T>,
): number {
  return page.isLast ? need : Math.min(need, Math.max(1, page.rows.length - ladder.ahead));
}

/** Null: no page of the ladder serves. */
async function smallPage<T extends Ordered>(
  options: SmallPageOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { size } = options;
  // A poll reads to the end of the log, however few rows it needs.
  const isServed = request.accept === undefined && !size.learned(TokenFacts).isUneven && call.priority !== 'poll';
  if (!isServed && request.from === null) FirstPage.of(size, call).note(size.rows);
  if (!isServed) return null;
  try {
    return await (request.from === null ? pageAtEnd(options, request, call) : pageAround(options, request, call));
  } catch (error) {
    if (!(error instanceof TokenRefused) && !(error instanceof EndlessList)) throw error;
    size.learned(TokenFacts).isUneven = true;
    return null;
  }
}

/** Reads the page at the end of the log where the read begins. */
async function pageAtEnd<T extends Ordered>(
  options: SmallPageOptions<T>,
  { direction, need, prefetch }: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  const wanted = sizeFor(need + ladder.ahead, ladder, size.rows);
  if (wanted >= size.rows) {
    FirstPage.of(size, call).note(size.rows);
    // A reader that surely takes as many rows as a page has.
    const isServed = prefetch === true && direction === 'forward' && size.rows === size.usual && need <= size.rows;
    return isServed ? ask(options, 0, size.rows, call) : null;
  }
  const known = direction === 'backward' ? await pageAtKnownEnd(options, wanted, call) : null;
  if (known !== null) return known;
  // The first page shows where the end is. For many logs it is the only page.
  const rows = await FirstPage.of(size, call).size(direction === 'forward' ? wanted : size.rows, wanted);
  if (rows >= size.rows && direction === 'forward') return null;
  const first = await ask(options, 0, rows, call);
  if (first !== null) size.learned(TokenFacts).rowsInAll = lengthBy(first);
  if (first === null || direction === 'forward' || first.page.isLast) return first;
  const { total } = first.page;
  if (total === null || !first.isEven || !first.canJump) return null;
  const lastRows = sizeAtEnd(total, FirstPage.of(size, call).needed, ladder, size.rows);
  const last = await ask(options, Math.ceil(total / lastRows) - 1, lastRows, first.call);
  return last?.page.isLast === true ? last : null;
}

/** Most attempts to read the last page by the known length of the log. */
const MOST_TRIES = 2;

/**
 * Reads the last page directly, from the last known length of the log. If the log has grown, the page shows its new
 * length.
 */
async function pageAtKnownEnd<T extends Ordered>(
  options: SmallPageOptions<T>,
  wanted: number,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  let total = size.learned(TokenFacts).rowsInAll;
  if (total === null) return null;
  const needed = await FirstPage.of(size, call, 'last page').size(wanted);
  let from = call;
  for (let tries = 0; tries < MOST_TRIES && total !== null; tries += 1) {
    const rows = sizeAtEnd(total, needed, ladder, size.rows);
    const last: SmallPage<T> | null = await ask(options, Math.max(0, Math.ceil(total / rows) - 1), rows, from);
    if (last === null) return null;
    total = lengthBy(last);
    size.learned(TokenFacts).rowsInAll = total;
    if (last.page.isLast) return total === null ? null : last;
    from = last.call;
  }
  return null;
}

/** The length of the log if the page and the vendor's count agree; otherwise null. */
function lengthBy<T extends Ordered>({ page, index, rows, isEven, canJump }: SmallPage<T>): number | null {
  const { total } = page;
  const end = index * rows + page.rows.length;
  const agrees = total !== null && (page.isLast ? total === end : total > end);
  return isEven && canJump && agrees ? total : null;
}

/** Reads the page on which, by the hint, the read begins. */
async function pageAround<T extends Ordered>(
  options: SmallPageOptions<T>,
  { direction, need, hint }: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  const { place = null, total = null, memories = [] } = readHint(hint, 'ascending') ?? {};
  // A token is valid only for its own page size.
  if (place === null || memories.some((memory) => memory !== null)) return null;
  // Include the needed rows, the rows that show that none is missing, and one more on either side.
  const [before, behind] = direction === 'forward' ? [0, need] : [need, 0];
  const first = Math.max(0, place - before - ladder.ahead - 1);
  const end = place + behind + ladder.ahead + 1;
  const last = total === null || total <= place ? end : Math.min(end, total - 1);
  const rows = sizeAround(first, last, ladder, size.rows);
  return rows === null ? null : ask(options, Math.floor(first / rows), rows, call);
}

async function ask<T extends Ordered>(
  options: SmallPageOptions<T>,
  index: number,
  rows: number,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { size } = options;
  const list = options.inPagesOf(rows, call);
  try {
    const page = await list.only(index);
    const isWhole = page.missing === undefined && (page.isLast || page.rows.length === rows);
    const isEven = isWhole && isInOrder(page);
    const canJump = page.isLast || list.canJump();
    // A page of the usual size says nothing about smaller ones.
    if ((!isEven || !canJump) && rows < size.usual) size.learned(TokenFacts).isUneven = true;
    return { page, index, rows, isEven, canJump, call: list.call };
  } catch (error) {
    if (!(error instanceof AnswerTooLarge || error instanceof CutPages)) throw error;
    if (error instanceof CutPages) size.cutTo(error.rows);
    else size.shrink(rows);
    return null;
  }
}

/**
 * True if all rows are readable, whole and in order. Unreadable rows take the instants of their neighbours, which the
 * border of a page may hide.
 */
function isInOrder<T extends Ordered>({ rows }: IndexedPage<T>): boolean {
  return rows.every(
    ({ time, unreadable, cut }, index) =>
      unreadable === undefined && cut === undefined && time >= (rows[index - 1]?.time ?? time),
  );
}
