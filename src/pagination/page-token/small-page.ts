import type { Call } from '../../domain/call.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import { FirstPage, sizeAround, sizeAtEnd, sizeFor } from '../core/ladder.ts';
import type { Ladder } from '../core/ladder.ts';
import { EndlessList } from '../core/page-guard.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Batch, Identity, ReadRequest } from '../core/partition.ts';
import { batchOf, TieGroups } from '../core/tie-groups.ts';
import type { NativeRow } from '../core/tie-groups.ts';
import type { IndexedPage } from '../numbered/list.ts';
import { readHint, writeHint } from '../numbered/page-hint.ts';
import { hasPassedOver, isBefore, sayingSo } from './passed-over.ts';
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

interface SmallPage<T extends Ordered> {
  readonly page: IndexedPage<T>;
  readonly index: number;
  /** How many rows were asked for. */
  readonly rows: number;
  /** Can it be believed by itself? */
  readonly isEven: boolean;
  readonly canJump: boolean;
  readonly call: Call;
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
  // Before the end is read, the first page says where it is. Of many logs it is all there is.
  const rows = await FirstPage.of(size, call).size(direction === 'forward' ? wanted : size.rows, wanted);
  if (rows >= size.rows && direction === 'forward') return null;
  const first = await ask(options, 0, rows, call);
  if (first === null || direction === 'forward' || first.page.isLast) return first;
  const { total } = first.page;
  if (total === null || !first.isEven || !first.canJump) return null;
  const lastRows = sizeAtEnd(total, FirstPage.of(size, call).needed, ladder, size.rows);
  const last = await ask(options, Math.ceil(total / lastRows) - 1, lastRows, first.call);
  return last?.page.isLast === true ? last : null;
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

/** What the page surely has of the rows that are wanted; null where it does not show that they are all there. */
function batchFrom<T extends Ordered>(
  { page, index, rows, isEven }: SmallPage<T>,
  { identity, ladder, size }: SmallPageOptions<T>,
  { direction, from, until, need }: ReadRequest<T>,
): Batch<T> | null {
  if (!isEven) return null;
  const natives = page.rows.map((row, at): NativeRow<T> => ({
    row,
    hint: writeHint({
      order: 'ascending',
      asked: { rows, usual: size.usual },
      place: index * rows + at,
      page: index,
      next: index,
      total: page.total,
      time: row.time,
      memories: [null, null],
    }),
  }));
  const edges = [index === 0, page.isLast];
  if (direction === 'backward') {
    natives.reverse();
    edges.reverse();
  }
  const [isFirst, isLast] = edges;
  const groups = new TieGroups<T>({ identity, direction, from, until });
  if (from !== null && isFirst !== true && !isBefore(natives[ladder.ahead]?.row.time, from.time, direction))
    return null;
  if (isLast === true) {
    const [out, rest] = [groups.push(natives), groups.finish()];
    return batchOf({ rows: [...out.rows, ...rest.rows], hints: [...out.hints, ...rest.hints] }, false, 1);
  }
  const end = endOf(natives, from === null ? null : from.time, need, direction);
  const next = natives[end]?.row.time;
  if (next === undefined) return null;
  const out = groups.push(natives.slice(0, end + 1));
  const more = until === null || isBefore(next, until.time, direction) ? true : null;
  return batchOf(out, groups.ended ? false : more, 1);
}

/**
 * How many rows of the page are given out: whole groups of one instant, with `need` rows behind `from`, and no more than that,
 * so that rows that are a little out of order have come before. Past the end of the page: none are.
 */
function endOf<T extends Ordered>(
  natives: readonly NativeRow<T>[],
  from: bigint | null,
  need: number,
  direction: Direction,
): number {
  const begin = from === null ? 0 : natives.findIndex(({ row }) => isBefore(from, row.time, direction));
  if (begin === -1) return natives.length;
  let end = natives.length;
  for (let at = 1; at < natives.length; at += 1) {
    if (at < begin || natives[at]?.row.time === natives[at - 1]?.row.time) continue;
    end = at;
    if (at >= begin + need) return end;
  }
  return end;
}
