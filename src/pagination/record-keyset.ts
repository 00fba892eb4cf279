import type { Call } from '../domain/call.ts';
import type { Json } from '../domain/json.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Batch, Hint, Partition, ReadRequest, Unplaced } from './partition.ts';
import { OrderTurned, RecordWalk } from './record-walk.ts';
import type { Anchor } from './record-walk.ts';
import { SpanWindow } from './span-window.ts';

/**
 * Lists of records that are continued after or before a record's id. A record stands for rows whose times
 * may lie somewhat after its own, so the reader looks that far ahead to restore time order.
 */

/** A native record, and the rows that it stands for (none, one, or several: a run and its events). */
export interface KeyedRecord<T extends Ordered> {
  /** The record's id: what `after` and `before` name. */
  readonly id: string;
  /** What the vendor's list is sorted by, nanoseconds. */
  readonly time: bigint;
  /**
   * Rows of the record, their ties unique within the partition. Their times lie in [time, time + span]; a
   * row that claims to lie outside is placed at the nearer end (its own `timestamp` still says what it claims).
   */
  readonly rows: readonly (Unplaced<T> & { readonly tie: string })[];
}

export interface KeysetPage<T extends Ordered> {
  /** In native order. */
  readonly records: readonly KeyedRecord<T>[];
  readonly total: number | null;
  /** Does the vendor say that there is more in native direction (towards `after`)? Null: it does not say. */
  readonly more: boolean | null;
  /** Does it say that there is more against native direction (towards `before`)? Left out or null: it does not say. */
  readonly moreBefore?: boolean | null;
  /** Does this answer show that the vendor understands cursors? A dialect without them ignores the parameter. */
  readonly cursors: boolean;
}

export type KeysetRequest =
  | { readonly kind: 'first' }
  /** Records that follow / precede the record of that id in native order, nearest page. */
  | { readonly kind: 'after' | 'before'; readonly id: string }
  /** Rows to skip from the native start, counted from 0. */
  | { readonly kind: 'offset'; readonly offset: number };

export interface RecordKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly limit: number;
  /** How far a row may lie after its record in time, nanoseconds: a reader looks ahead that far to restore time order. */
  readonly span: bigint;
  fetch(request: KeysetRequest, call: Call): Promise<KeysetPage<T>>;
  /** Is this the error of an id that the vendor has purged or never had? Then the position is found by time. */
  isCursorRefused(error: unknown): boolean;
}

export function recordKeysetPartition<T extends Ordered>(options: RecordKeysetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      return honestTotal(await options.fetch({ kind: 'first' }, call));
    },
  };
}

/**
 * The vendor counts records. That is the number of rows when the whole list is on the page, or when each
 * record that one can see stands for one row; otherwise nobody knows.
 */
function honestTotal<T extends Ordered>(page: KeysetPage<T>): number | null {
  const rows = page.records.reduce((sum, record) => sum + record.rows.length, 0);
  if (page.total === null) return page.more === false ? rows : null;
  if (page.total <= page.records.length) return rows;
  const settled = page.records.filter((record) => record.rows.length > 0);
  const several = settled.some((record) => record.rows.length > 1);
  return several ? null : page.total - (page.records.length - settled.length);
}

async function* read<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const walk = new RecordWalk(options, request.direction, readOrder(request.hint), call);
  let window = new SpanWindow<T>(options.span, request);
  const start = (): ReturnType<typeof begin<T>> => {
    // Of records of one instant no row has been given out.
    window = new SpanWindow<T>(options.span, request);
    return begin(options, walk, request, window);
  };
  let page = await unlessTurned(start, start);
  for (;;) {
    for (const { record, offset } of page) window.add(record, offset);
    const done = walk.atEnd;
    const out = done ? window.finish() : window.takeReady();
    const ended = done || window.ended;
    const order = walk.newestFirst ? 1 : 0;
    const hints = out.hints.map((hint) => (Array.isArray(hint) ? [...(hint as readonly Json[]), order] : null));
    yield { rows: out.rows, hints, more: ended ? false : window.holdsWanted ? true : null, pages: walk.takeCount() };
    if (ended) return;
    page = await unlessTurned(() => walk.next(), start);
  }
}

/** A walk that turns out to go the wrong way begins anew: by then it knows which way is right. */
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
  window: SpanWindow<T>,
): ReturnType<RecordWalk<T>['next']> {
  const { from, direction } = request;
  if (from === null) return walk.beginAtEnd();
  const needed = direction === 'forward' ? from.time - options.span : from.time;
  const anchor = readAnchor(request.hint, direction);
  if (anchor !== null && leadsTo(needed, anchor, direction)) {
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
  return walk.beginAtTime(needed, anchor === null || anchor === 'end' ? 0 : (anchor.offset ?? 0));
}

/**
 * Does a walk that begins next to the anchor see every record from that instant on? A merge gives a partition the
 * hint of the row that it took last: when the reader has turned round, the anchor may lie ahead of the place where it
 * stands, and records between them may have rows by now.
 */
function leadsTo(time: bigint, anchor: Anchor | 'end', direction: ReadRequest<Ordered>['direction']): boolean {
  return anchor === 'end' || (direction === 'forward' ? anchor.time < time : anchor.time > time);
}

/** A hint is [older record, newer record, newest first?], a record [id, offset, time]; null is that end of the log. */
function readAnchor(hint: Hint | null, direction: ReadRequest<Ordered>['direction']): Anchor | 'end' | null {
  if (!Array.isArray(hint) || hint.length !== 3) return null;
  const [older, newer] = hint as readonly Json[];
  const record = direction === 'forward' ? older : newer;
  if (record === null) return 'end';
  if (!Array.isArray(record)) return null;
  const [id, offset, time] = record as readonly Json[];
  if (typeof id !== 'string' || typeof time !== 'string' || !/^-?\d{1,21}$/.test(time)) return null;
  const isOffset = typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0;
  return { id, time: BigInt(time), offset: isOffset ? offset : null };
}

function readOrder(hint: Hint | null): boolean {
  return !(Array.isArray(hint) && hint[2] === 0);
}
