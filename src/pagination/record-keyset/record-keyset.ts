import type { Call } from '../../domain/call.ts';
import type { Json } from '../../domain/json.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { contradiction, OUT_OF_ORDER } from '../core/page-guard.ts';
import type { Batch, Hint, Partition, ReadRequest } from '../core/partition.ts';
import { FirstPage } from '../core/ladder.ts';
import { KnownLog } from './known-log.ts';
import { fetchFitting } from './list.ts';
import type { KeysetPage, RecordKeysetOptions } from './list.ts';
import { BrokenList } from './pages.ts';
import { RecordScale } from './scale.ts';
import { ALONE_FROM_NOW, isAloneIn, newestFirstIn, newestIn, ShownOrder } from './shown-order.ts';
import { OrderTurned, RecordWalk } from './walk.ts';
import type { Anchor } from './walk.ts';
import { RecordWindow } from './window.ts';

/**
 * Lists of records that are continued after or before a record's id. A record stands for rows whose times lie
 * around its own, on either side, so the reader looks some way in both directions to restore time order.
 */

export function recordKeysetPartition<T extends Ordered>(options: RecordKeysetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      const { size } = options;
      // A page that the call has had already says it, too.
      const rows = await FirstPage.of(size, call).size(0);
      return honestTotal(await fetchFitting(options, { kind: 'first' }, call, rows === 0 ? size.usual : rows));
    },
  };
}

/**
 * The vendor counts records. That is the number of rows when the whole list is on the page, or when each
 * visible record stands for one row; otherwise the number of rows is not known.
 */
function honestTotal<T extends Ordered>({ records, total, more, asked }: KeysetPage<T>): number | null {
  const rows = records.reduce((sum, record) => sum + record.rows.length, 0);
  const isWhole = more !== true && records.length < asked;
  // A count of fewer records than there are on this very page says nothing.
  if (total === null || total < records.length) return isWhole && more === false ? rows : null;
  if (total === records.length) return more === true ? null : rows;
  const settled = records.filter((record) => record.rows.length > 0);
  const several = settled.some((record) => record.rows.length > 1);
  return several ? null : total - (records.length - settled.length);
}

async function* read<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const log = KnownLog.of(options.size);
  // A walk that goes on places rows as it did before.
  const isNew = !Array.isArray(request.hint);
  let going = goingOf(options, request, isNew && log.overtakes ? ALONE_FROM_NOW : orderIn(request.hint), call);
  /** Where the walk of this read begins, and the last row that was given out. */
  let resumed = request;
  let given: { readonly row: T; readonly hint: Hint | null } | null = null;
  const start = async (): ReturnType<typeof begin<T>> => {
    const rows = await log.rowsAtEnd(options, request, call);
    going = { ...going, ...windowOf(options, { ...request, from: given?.row ?? request.from }, going) };
    return begin(options, going.walk, resumed, { ...going, rows });
  };
  let isBegun = request.from !== null;
  let pages = 0;
  let wrong: string | undefined;
  let next = start;
  for (;;) {
    let [seen, isOver] = [0, false];
    try {
      const before = going.window;
      const walked = await unlessTurned(next, start);
      // Of records of one instant no row has been given out. Other records had shown a wrong order.
      if (going.window !== before && given !== null && next !== start) wrong = OUT_OF_ORDER;
      // Only now: the walk may have started over, with another window.
      going.window.add(walked, going.walk.newestFirst !== null);
      seen = walked.length;
    } catch (error) {
      if (!(error instanceof BrokenList)) throw error;
      wrong = error.what;
      isOver = true;
    }
    next = () => going.walk.next();
    const { walk, window, shown } = going;
    const done = walk.atEnd || isOver;
    pages += walk.takeCount();
    if (window.hasMovedEnd(newestIn(going.known), done)) shown.moved();
    log.overtakes ||= shown.isUnfit;
    if (!isOver && (shown.isShaken || (isNew && given === null && shown.isUnfit))) {
      // Once: from then on, each record is placed by itself.
      if (!isNew || given !== null) wrong = OUT_OF_ORDER;
      if (given !== null) resumed = { ...request, from: given.row, hint: given.hint };
      going = goingOf(options, request, ALONE_FROM_NOW, call);
      next = start;
      continue;
    }
    wrong ??= walk.takeWrong();
    if (done) window.finish();
    else window.settle();
    if (window.takeLate()) wrong ??= OUT_OF_ORDER;
    const ended = done || window.ended;
    if (!isBegun && !done) log.begun(options, request, seen, window.readyCount);
    isBegun = true;
    const order = shown.written(walk.newestFirst, null);
    const atEnd = shown.written(walk.newestFirst, window.newest);
    const more = ended ? false : window.holdsWanted ? true : null;
    let news = { pages, ...(wrong === undefined ? {} : contradiction(wrong)) };
    [pages, wrong] = [0, undefined];
    // Of rows that the reader does not come to no hint is made. One that does not take all looks for those that are there.
    const atMost = request.accept === undefined ? Math.max(1, request.need) : Infinity;
    do {
      const rows = window.give(atMost).map(({ row, hint }) => ({ row, hint: hintOf(hint, order, atEnd) }));
      given = rows.at(-1) ?? given;
      yield { rows, more: window.hasReady ? true : more, ...news };
      news = { pages: 0 };
    } while (window.hasReady);
    if (ended) return;
  }
}

/** What a walk goes on with. */
interface Going<T extends Ordered> {
  readonly walk: RecordWalk<T>;
  readonly window: RecordWindow<T>;
  readonly shown: ShownOrder;
  readonly scale: RecordScale;
  readonly known: Json;
}

function goingOf<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  request: ReadRequest<T>,
  known: Json,
  call: Call,
): Going<T> {
  const { direction } = request;
  const reach = isAloneIn(known) ? { ...options.reach, records: 0 } : options.reach;
  const scale = new RecordScale(direction, reach);
  const walk = new RecordWalk(options, scale, { direction, newestFirst: newestFirstIn(known) }, call);
  return { walk, scale, known, ...windowOf(options, request, { scale, known }) };
}

function windowOf<T extends Ordered>(
  { order, reach, size }: RecordKeysetOptions<T>,
  request: ReadRequest<T>,
  { scale, known }: Pick<Going<T>, 'scale' | 'known'>,
): Pick<Going<T>, 'window' | 'shown'> {
  const { overtakes } = KnownLog.of(size);
  const shown = new ShownOrder(order, reach, { direction: request.direction, known, overtakes });
  return { shown, window: new RecordWindow<T>(scale, request, shown) };
}

/** A hint without anchors still says how the walk places rows. `atEnd`: said where a place may depend on the newest record. */
function hintOf(anchors: Hint | null, order: Json, atEnd: Json): Hint {
  if (!Array.isArray(anchors)) return [0, 0, atEnd];
  const [, newer] = anchors as readonly Json[];
  return [...(anchors as readonly Json[]), newer === null ? atEnd : order];
}

/** A walk that turns out to go the wrong way starts over: by then it knows which way is right. */
async function unlessTurned<R>(go: () => Promise<R>, startAnew: () => Promise<R>): Promise<R> {
  try {
    return await go();
  } catch (error) {
    if (!(error instanceof OrderTurned)) throw error;
    return startAnew();
  }
}

/** Begins at an end of the log, at the cursor's anchor, or at the place in time that a search finds. */
async function begin<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  walk: RecordWalk<T>,
  request: ReadRequest<T>,
  { scale, window, shown, rows }: Pick<Going<T>, 'scale' | 'window' | 'shown'> & { readonly rows: number | null },
): ReturnType<RecordWalk<T>['next']> {
  const { from, direction } = request;
  if (from === null) return walk.beginAtEnd(rows);
  const at = scale.along(from.time);
  const anchor = readAnchor(request.hint, direction);
  // A merge gives a partition the hint of the row that it took last: when the reader has turned round, the anchor may
  // lie ahead of the place where it stands, and records between them may have rows by now.
  const leads = anchor === 'end' || (anchor !== null && scale.along(anchor.bound) < at);
  // On which side of its anchor a walk goes on depends on the order of the list.
  const isUsable = leads && (anchor === 'end' || walk.newestFirst !== null);
  if (anchor !== null && isUsable) {
    try {
      const page = anchor === 'end' ? await walk.beginAtEnd() : await walk.beginBeside(anchor);
      if (page !== null) {
        window.startedAt(anchor);
        return page;
      }
    } catch (error) {
      if (!options.isCursorRefused(error)) throw error;
      walk.renew();
    }
  }
  if (shown.isUnsearchable) {
    window.startedAt('end');
    return walk.beginAtEnd();
  }
  return walk.beginAt(at, anchor === null || anchor === 'end' ? 0 : (anchor.offset ?? 0));
}

/** A hint is [older record, newer record, newest first?], a record [id, offset, bound]; null is that end of the log. */
function readAnchor(hint: Hint | null, direction: ReadRequest<Ordered>['direction']): Anchor | 'end' | null {
  if (!Array.isArray(hint) || hint.length !== 3) return null;
  const [older, newer] = hint as readonly Json[];
  const record = direction === 'forward' ? older : newer;
  if (record === null) return 'end';
  if (!Array.isArray(record)) return null;
  const [id, offset, bound] = record as readonly Json[];
  if (typeof id !== 'string' || typeof bound !== 'string' || !/^-?\d{1,21}$/.test(bound)) return null;
  const isOffset = typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0;
  return { id, bound: BigInt(bound), offset: isOffset ? offset : null };
}

/** What the hint says of the order of the list, see `ShownOrder`. */
function orderIn(hint: Hint | null): Json {
  return Array.isArray(hint) ? ((hint as readonly Json[])[2] ?? null) : null;
}
