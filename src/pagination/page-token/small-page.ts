import type { Call } from '../../domain/call.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { FirstPage, sizeAround, sizeAtEnd, sizeFor } from '../core/ladder.ts';
import type { Ladder } from '../core/ladder.ts';
import { EndlessList } from '../core/page-guard.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Batch, Identity, ReadRequest } from '../core/partition.ts';
import type { IndexedPage } from '../numbered/list.ts';
import { readHint } from '../numbered/page-hint.ts';
import { batchFrom } from './small-batch.ts';
import type { SmallPage } from './small-batch.ts';
import { hasPassedOver, sayingSo } from './passed-over.ts';
import { TokenRefused } from './token-refused.ts';

/**
 * Reads what is needed from one page that is as large as the question. The page shows by itself that it has every row
 * between the place where the read begins and the last row that is given out. Where it does not, and behind those rows, the
 * log is read in pages of the usual size.
 */

/** The log in pages of one size. */
export interface SizedList<T extends Ordered> {
  /** One page by its number, counted from 0. Throws TokenRefused where pages have no numbers. */
  only(index: number): Promise<IndexedPage<T>>;
  /** Do pages have numbers, as far as is known? */
  canJump(): boolean;
  /** Answers to it are no older than the pages that have come. */
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
  const batch = small === null ? null : batchFrom(small, options, request);
  if (small === null || batch === null) {
    const usual = options.readUsual(request, call);
    return yield* small !== null && hasPassedOver(small.page, request) ? sayingSo(usual) : usual;
  }
  yield batch;
  if (batch.more === false) return;
  const last = batch.rows.at(-1);
  const from = last === undefined ? request.from : { time: last.time, tie: last.tie };
  const hint = last === undefined ? request.hint : (batch.hints.at(-1) ?? null);
  const need = Math.max(1, request.need - batch.rows.length);
  yield* options.readUsual({ ...request, from, hint, need }, small.call);
}

/** Null: no page of the ladder serves. */
async function smallPage<T extends Ordered>(
  options: SmallPageOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { size } = options;
  // A poll reads up to the end of the log, however little comes.
  const isServed = request.accept === undefined && !size.isUneven && call.priority !== 'poll';
  if (!isServed && request.from === null) FirstPage.of(size, call).note(size.rows);
  if (!isServed) return null;
  try {
    return await (request.from === null ? pageAtEnd(options, request, call) : pageAround(options, request, call));
  } catch (error) {
    if (!(error instanceof TokenRefused) && !(error instanceof EndlessList)) throw error;
    size.isUneven = true;
    return null;
  }
}

/** The page at the end of the log where the read begins. */
async function pageAtEnd<T extends Ordered>(
  options: SmallPageOptions<T>,
  { direction, need }: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  const wanted = sizeFor(need + ladder.ahead, ladder, size.rows);
  if (wanted >= size.rows) {
    FirstPage.of(size, call).note(size.rows);
    return null;
  }
  const known = direction === 'backward' ? await pageAtKnownEnd(options, wanted, call) : null;
  if (known !== null) return known;
  // Before the end is read, the first page says where it is. Of many logs it is all there is.
  const rows = await FirstPage.of(size, call).size(direction === 'forward' ? wanted : size.rows, wanted);
  if (rows >= size.rows && direction === 'forward') return null;
  const first = await ask(options, 0, rows, call);
  if (first !== null) size.rowsInAll = lengthBy(first);
  if (first === null || direction === 'forward' || first.page.isLast) return first;
  const { total } = first.page;
  if (total === null || !first.isEven || !first.canJump) return null;
  const lastRows = sizeAtEnd(total, FirstPage.of(size, call).needed, ladder, size.rows);
  const last = await ask(options, Math.ceil(total / lastRows) - 1, lastRows, first.call);
  return last?.page.isLast === true ? last : null;
}

/** How often the last page is asked for by the length that the log has. */
const MOST_TRIES = 2;

/** The last page, straight away: the log is as long as it was when a page last showed it, or this page shows how long it is. */
async function pageAtKnownEnd<T extends Ordered>(
  options: SmallPageOptions<T>,
  wanted: number,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  let total = size.rowsInAll;
  if (total === null) return null;
  const needed = await FirstPage.of(size, call, 'last page').size(wanted);
  let from = call;
  for (let tries = 0; tries < MOST_TRIES && total !== null; tries += 1) {
    const rows = sizeAtEnd(total, needed, ladder, size.rows);
    const last: SmallPage<T> | null = await ask(options, Math.max(0, Math.ceil(total / rows) - 1), rows, from);
    if (last === null) return null;
    total = lengthBy(last);
    size.rowsInAll = total;
    if (last.page.isLast) return total === null ? null : last;
    from = last.call;
  }
  return null;
}

/** How long the log is, where the page and the vendor's count agree; else null. */
function lengthBy<T extends Ordered>({ page, index, rows, isEven, canJump }: SmallPage<T>): number | null {
  const { total } = page;
  const end = index * rows + page.rows.length;
  const agrees = total !== null && (page.isLast ? total === end : total > end);
  return isEven && canJump && agrees ? total : null;
}

/** The page on which the hint says that the read begins. */
async function pageAround<T extends Ordered>(
  options: SmallPageOptions<T>,
  { direction, need, hint }: ReadRequest<T>,
  call: Call,
): Promise<SmallPage<T> | null> {
  const { ladder, size } = options;
  const { place = null, total = null, memories = [] } = readHint(hint, 'ascending') ?? {};
  // A token is of a page of its own size.
  if (place === null || memories.some((memory) => memory !== null)) return null;
  // Not only the rows that are needed, but on either side one more than those that show that none is missing.
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
    const isWhole = page.isLast ? page.missing === undefined : page.rows.length === rows;
    const isEven = isWhole && isInOrder(page);
    const canJump = page.isLast || list.canJump();
    if (!isEven || !canJump) size.isUneven = true;
    return { page, index, rows, isEven, canJump, call: list.call };
  } catch (error) {
    if (!(error instanceof AnswerTooLarge)) throw error;
    size.shrink(rows);
    return null;
  }
}

/** Rows that could not be read have the instants of their neighbours, which the border of a page may hide. */
function isInOrder<T extends Ordered>({ rows }: IndexedPage<T>): boolean {
  return rows.every(
    ({ time, unreadable, cut }, index) =>
      unreadable === undefined && cut === undefined && time >= (rows[index - 1]?.time ?? time),
  );
}
