import type { Call } from '../../domain/call.ts';
import type { Json } from '../../domain/json.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import { contradiction, OUT_OF_ORDER } from '../core/page-guard.ts';
import type { Batch, Hint, Partition, ReadRequest } from '../core/partition.ts';
import { FirstPage } from '../core/ladder.ts';
import { KnownLog } from './known-log.ts';
import { fetchFitting } from './list.ts';
import type { KeysetPage, RecordKeysetOptions } from './list.ts';
import { RepeatsItself } from './pages.ts';
import { RecordScale } from './scale.ts';
import { isPlacing, newestFirstIn, ShownOrder } from './shown-order.ts';
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
  const scale = new RecordScale(request.direction, options.reach);
  const { direction } = request;
  const known = orderIn(request.hint);
  const walk = new RecordWalk(options, scale, { direction, newestFirst: newestFirstIn(known) }, call);
  let shown = new ShownOrder(options.order, options.reach, { direction, known });
  let window = new RecordWindow<T>(scale, request, shown);
  const log = KnownLog.of(options.size);
  let given: Position | null = null;
  const start = async (): ReturnType<typeof begin<T>> => {
    const rows = await log.rowsAtEnd(options, request, call);
    shown = new ShownOrder(options.order, options.reach, { direction, known });
    window = new RecordWindow<T>(scale, { ...request, from: given ?? request.from }, shown);
    return begin(options, walk, request, { scale, window, rows });
  };
  let isBegun = request.from !== null;
  for (let go = start; ; go = () => walk.next()) {
    let wrong: string | undefined;
    let [seen, isOver] = [0, false];
    try {
      const before = window;
      const walked = await unlessTurned(go, start);
      // Of records of one instant no row has been given out. Other records had shown a wrong order.
      if (window !== before && given !== null) wrong = OUT_OF_ORDER;
      // Only now: the walk may have started over, with another window.
      window.add(walked, walk.newestFirst !== null);
      seen = walked.length;
    } catch (error) {
      if (!(error instanceof RepeatsItself)) throw error;
      wrong = error.what;
      isOver = true;
    }
    const done = walk.atEnd || isOver;
    wrong ??= walk.takeWrong();
    if (done) window.finish();
    else window.settle();
    if (window.takeLate()) wrong ??= OUT_OF_ORDER;
    const ended = done || window.ended;
    if (!isBegun && !done) log.begun(options, request, seen, window.readyCount);
    isBegun = true;
    const order = shown.written(walk.newestFirst);
    const more = ended ? false : window.holdsWanted ? true : null;
    let news = { pages: walk.takeCount(), ...(wrong === undefined ? {} : contradiction(wrong)) };
    // Of rows that the reader does not come to no hint is made. One that does not take all looks for those that are there.
    const atMost = request.accept === undefined ? Math.max(1, request.need) : Infinity;
    do {
      const rows = window.give(atMost).map(({ row, hint }) => ({ row, hint: hintOf(hint, order) }));
      given = rows.at(-1)?.row ?? given;
      yield { rows, more: window.hasReady ? true : more, ...news };
      news = { pages: 0 };
    } while (window.hasReady);
    if (ended) return;
  }
}

/** A hint without anchors still says what is known of the order. */
function hintOf(anchors: Hint | null, order: Json): Hint | null {
  if (Array.isArray(anchors)) return [...(anchors as readonly Json[]), order];
  return isPlacing(order) ? [0, 0, order] : null;
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
  {
    scale,
    window,
    rows,
  }: { readonly scale: RecordScale; readonly window: RecordWindow<T>; readonly rows: number | null },
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
