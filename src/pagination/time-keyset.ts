import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from './partition.ts';
import { batchOf, TieGroups } from './tie-groups.ts';

/**
 * Lists that are continued after a time alone. Such a page loses the rows that share the time of its last
 * one, so each page here begins one tick before the group that the page before left open, and reads that
 * group again. A group larger than a page is split by what the vendor can filter, and read from both ends.
 */

export interface TimePage<T extends Ordered> {
  /** In the order that was asked for. */
  readonly rows: readonly Unplaced<T>[];
  /** Is there more beyond this page? */
  readonly more: boolean;
  /** Null where the vendor does not count. */
  readonly total: number | null;
}

export interface TimeRequest {
  readonly order: 'ascending' | 'descending';
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The finest step that the vendor's `after` is sure to tell apart, nanoseconds. */
  readonly resolution: bigint;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as
   * `within`. None overlap; rows of a class that is not named are found only as far as two pages reach.
   */
  readonly classes: readonly string[];
}

export function timeKeysetPartition<T extends Ordered>(options: TimeKeysetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      return (await options.fetch({ order: 'ascending', after: null, within: null }, call)).total;
    },
  };
}

async function* read<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const order = request.direction === 'forward' ? 'ascending' : 'descending';
  const groups = new TieGroups<T>({ identity: options.identity, ...request });
  let after = request.from === null ? null : tickBefore(options, order, request.from.time);
  for (;;) {
    const page = await options.fetch({ order, after, within: null }, call);
    groups.reset();
    const out = groups.push(page.rows.map((row) => ({ row, hint: null })));
    const last = page.rows.at(-1);
    // `more` with no rows gives nothing to go on from: the vendor has no more to say.
    if (groups.ended || last === undefined || !page.more) {
      const rest = groups.ended ? { rows: [], hints: [] } : groups.finish();
      yield batchOf({ rows: [...out.rows, ...rest.rows], hints: [...out.hints, ...rest.hints] }, false, 1);
      return;
    }
    const next = tickBefore(options, order, last.time);
    if (after === null || isAhead(order, next, after)) {
      yield batchOf(out, groups.pendingIsWanted, 1);
      after = next;
      continue;
    }
    // The page did not get past one tick: take that tick apart.
    const tick = tickOf(options.resolution, last.time);
    const whole = await readTick(options, order, tick, page.rows, call);
    groups.reset();
    const group = groups.push(whole.rows.map((row) => ({ row, hint: null })));
    yield batchOf(
      { rows: [...out.rows, ...group.rows], hints: [...out.hints, ...group.hints] },
      groups.pendingIsWanted,
      1 + whole.pages,
      whole.truncated,
    );
    const rest = await readBeyond(options, order, tick, groups, call);
    yield rest.batch;
    if (rest.after === null) return;
    after = rest.after;
  }
}

/**
 * The page after a tick that was taken apart: it shows that the tick's last group is whole. A vendor whose
 * `after` is too coarse to get past the tick gives it again; then one step further is all that is left.
 */
async function readBeyond<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  order: TimeRequest['order'],
  tick: bigint,
  groups: TieGroups<T>,
  call: Call,
): Promise<{ batch: Batch<T>; after: bigint | null }> {
  const { resolution } = options;
  let page = await options.fetch(
    { order, after: order === 'ascending' ? tick + resolution - 1n : tick, within: null },
    call,
  );
  let truncated: string | undefined;
  if (page.more && page.rows.every((row) => tickOf(resolution, row.time) === tick)) {
    page = await options.fetch(
      { order, after: order === 'ascending' ? tick + resolution : tick - resolution, within: null },
      call,
    );
    truncated =
      'the source would not go on from an instant with many entries; those of the very next instant may be missing';
  }
  const out = groups.push(page.rows.map((row) => ({ row, hint: null })));
  const last = page.rows.at(-1);
  if (groups.ended || last === undefined || !page.more) {
    const rest = groups.ended ? { rows: [], hints: [] } : groups.finish();
    const rows = [...out.rows, ...rest.rows];
    return { batch: batchOf({ rows, hints: [...out.hints, ...rest.hints] }, false, 1, truncated), after: null };
  }
  return { batch: batchOf(out, groups.pendingIsWanted, 1, truncated), after: tickBefore(options, order, last.time) };
}

/** All rows of one tick, as far as the vendor lets one reach them: each class from both ends. */
async function readTick<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  order: TimeRequest['order'],
  tick: bigint,
  known: readonly Unplaced<T>[],
  call: Call,
): Promise<{ rows: Unplaced<T>[]; pages: number; truncated: string | undefined }> {
  const { resolution, identity } = options;
  const inTick = (row: Unplaced<T>): boolean => tickOf(resolution, row.time) === tick;
  const found = new Map<string, Unplaced<T>>();
  const keyOf = (row: Unplaced<T>): string =>
    identity.by === 'id' ? identity.of(row) : JSON.stringify(identity.of(row));
  const parts = await Promise.all(options.classes.map(async (within) => readClass(options, tick, within, call)));
  for (const part of parts) for (const row of part.rows.filter(inTick)) found.set(keyOf(row), row);
  const other = await options.fetch(
    { order: flip(order), after: pastTick(options, flip(order), tick), within: null },
    call,
  );
  const strays = [...known, ...other.rows].filter((row) => inTick(row) && !found.has(keyOf(row)));
  for (const row of strays) found.set(keyOf(row), row);
  const sign = order === 'ascending' ? 1 : -1;
  const rows = [...found.values()].sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -sign : sign));
  const complete = parts.every((part) => part.complete) && strays.length === 0;
  return {
    rows,
    pages: 1 + parts.reduce((sum, part) => sum + part.pages, 0),
    truncated: complete
      ? undefined
      : `more entries share one instant than the vendor lets a client reach; ${rows.length} of them are here`,
  };
}

async function readClass<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  tick: bigint,
  within: string,
  call: Call,
): Promise<{ rows: readonly Unplaced<T>[]; pages: number; complete: boolean }> {
  const { resolution, identity } = options;
  const ascending = await options.fetch(
    { order: 'ascending', after: pastTick(options, 'ascending', tick), within },
    call,
  );
  const last = ascending.rows.at(-1);
  if (!ascending.more || last === undefined || tickOf(resolution, last.time) !== tick) {
    return { rows: ascending.rows, pages: 1, complete: true };
  }
  const descending = await options.fetch(
    { order: 'descending', after: pastTick(options, 'descending', tick), within },
    call,
  );
  const rows = [...ascending.rows, ...descending.rows];
  const farEnd = descending.rows.at(-1);
  const wholeFromFarEnd = !descending.more || (farEnd !== undefined && tickOf(resolution, farEnd.time) !== tick);
  const meets = identity.by === 'id' && meet(ascending.rows.map(identity.of), descending.rows.map(identity.of));
  return { rows, pages: 2, complete: meets || wholeFromFarEnd };
}

/**
 * Do two pages from either end of a list of ids leave nothing out between them? The last one of each is then
 * met by the other, and what comes before that are new ones: a vendor that gives ties in one way whatever
 * the order shows its first page twice.
 */
function meet(ascending: readonly string[], descending: readonly string[]): boolean {
  const seen = new Set(ascending);
  return descending.find((id) => seen.has(id)) === ascending.at(-1);
}

/** The `after` that brings all rows of the tick of `time`, and of nothing much before it. */
function tickBefore<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  order: TimeRequest['order'],
  time: bigint,
): bigint {
  return pastTick(options, order, tickOf(options.resolution, time));
}

function pastTick<T extends Ordered>(options: TimeKeysetOptions<T>, order: TimeRequest['order'], tick: bigint): bigint {
  return order === 'ascending' ? tick - options.resolution : tick + options.resolution;
}

/** The start of the tick that an instant lies in. */
function tickOf(resolution: bigint, time: bigint): bigint {
  const rest = time % resolution;
  return rest < 0n ? time - rest - resolution : time - rest;
}

function isAhead(order: TimeRequest['order'], next: bigint, after: bigint): boolean {
  return order === 'ascending' ? next > after : next < after;
}

function flip(order: TimeRequest['order']): TimeRequest['order'] {
  return order === 'ascending' ? 'descending' : 'ascending';
}
