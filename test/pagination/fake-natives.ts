import { createCall } from '../../src/domain/call.ts';
import type { Ordered } from '../../src/domain/ordered.ts';
import { comparePositions } from '../../src/domain/ordered.ts';
import { placeGroup } from '../../src/pagination/core/identity.ts';
import type { Ladder } from '../../src/pagination/core/ladder.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { AfterClock } from '../../src/pagination/time-keyset/after-clock.ts';
import type { IdIdentity, Identity, Partition, Unplaced } from '../../src/pagination/core/partition.ts';
import { recordKeysetPartition } from '../../src/pagination/record-keyset/record-keyset.ts';
import { PageCap } from '../../src/pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../src/pagination/time-keyset/time-keyset.ts';
import { wholeResponsePartition } from '../../src/pagination/whole-response/whole-response.ts';

/** A line of a made-up log. `id` is the vendor's, where the scheme has ids. */
export interface Line extends Ordered {
  readonly id: string;
  readonly text: string;
  readonly level: string;
}

export type RawLine = Omit<Line, 'tie'>;

/** A native list in memory that counts its calls and can be added to while it is read. */
export interface FakeNative {
  readonly name: string;
  readonly partition: () => Partition<Line>;
  readonly calls: () => number;
  readonly resetCalls: () => void;
  /** All rows, as they should come out, in total order. */
  readonly expected: () => Line[];
  readonly add: (lines: readonly RawLine[]) => void;
  /** Has each call wait for this before it looks at the lines. */
  readonly arriveBy: (arrive: () => Promise<void>) => void;
}

const byId: IdIdentity<Line> = { by: 'id', of: (line) => line.id };
const byContent: Identity<Line> = { by: 'content', of: (line) => [line.text, line.level] };

class Store {
  lines: RawLine[];
  calls = 0;
  /** What a call waits for before it looks at the lines: answers need not come in the order of their calls. */
  arrive: (() => Promise<void>) | null = null;

  readonly #as: (line: RawLine) => RawLine;

  constructor(lines: readonly RawLine[], as: (line: RawLine) => RawLine = (line) => line) {
    this.#as = as;
    this.lines = sortByTime(lines.map(as));
  }

  async asked(): Promise<void> {
    this.calls += 1;
    await this.arrive?.();
  }

  add(lines: readonly RawLine[]): void {
    // New lines of an instant come after those that are there: ties keep their native order.
    this.lines = sortByTime([...this.lines, ...lines.map(this.#as)]);
  }

  /** Copies: a scheme may write tie-breaks onto what it is given. */
  copies(lines: readonly RawLine[] = this.lines): Unplaced<Line>[] {
    return lines.map((line) => ({ ...line }));
  }
}

function sortByTime(lines: readonly RawLine[]): RawLine[] {
  return [...lines].sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1));
}

function expectedRows(lines: readonly RawLine[], identity: Identity<Line>): Line[] {
  const groups = new Map<bigint, RawLine[]>();
  for (const line of lines) groups.set(line.time, [...(groups.get(line.time) ?? []), line]);
  return [...groups.values()]
    .flatMap((group) =>
      placeGroup<Line>(
        group.map((line) => ({ ...line })),
        identity,
      ),
    )
    .sort(comparePositions);
}

function native(name: string, store: Store, identity: Identity<Line>, partition: () => Partition<Line>): FakeNative {
  return {
    name,
    partition,
    calls: () => store.calls,
    resetCalls: () => void (store.calls = 0),
    expected: () => expectedRows(store.lines, identity),
    add: (lines) => {
      store.add(lines);
    },
    arriveBy: (arrive) => {
      store.arrive = arrive;
    },
  };
}

class TokenRefused extends Error {}

/** Some sizes of pages below a limit, also very small ones: each seed gives others. */
export function ladderBelow(limit: number, seed: number): Ladder {
  const sizes = Array.from({ length: Math.max(0, limit - 1) }, (_, index) => index + 1);
  return { sizes: sizes.filter((rows) => (seed * rows) % 7 < 4), ahead: seed % 4 };
}

export function tokenNative(
  lines: readonly RawLine[],
  options: { limit: number; addressable: boolean; expiring?: boolean; maxWalk?: number; ladder?: Ladder },
): FakeNative {
  // Its lines have no names: readers cannot tell two lines with the same text apart.
  const store = new Store(lines, ({ id: _id, ...line }) => ({ ...line, id: '' }));
  const { limit, ladder } = options;
  const size = new PageSize(limit);
  let generation = 0;
  const tokenOf = (page: number): string =>
    options.addressable ? `p${page}` : Buffer.from(`opaque-${generation}-${page}`).toString('base64');
  const pageOf = (token: string): number => {
    if (options.addressable) return Number(token.slice(1));
    const [, issued, page] = Buffer.from(token, 'base64').toString().split('-');
    if (options.expiring === true && Number(issued) !== generation) throw new TokenRefused();
    return Number(page);
  };
  const name = `page token (${options.addressable ? 'page numbers' : options.expiring === true ? 'opaque, expiring' : 'opaque'})${ladder === undefined ? '' : `, pages of up to ${limit}`}`;
  return {
    ...native(name, store, byContent, () => {
      generation += 1;
      return pageTokenPartition<Line>({
        key: '',
        source: 'made-up',
        size,
        ladder,
        identity: byContent,
        maxWalk: options.maxWalk ?? 10_000,
        isTokenRefused: (error) => error instanceof TokenRefused,
        ...(options.addressable
          ? { address: { pageOf: (token) => (/^p\d+$/.test(token) ? Number(token.slice(1)) : null), tokenOf } }
          : {}),
        fetch: async (token, asked) => {
          await store.asked();
          const page = token === null ? 1 : pageOf(token);
          const from = (page - 1) * asked;
          const rows = store.lines.slice(from, from + asked);
          const next = from + asked < store.lines.length ? tokenOf(page + 1) : null;
          return { rows: store.copies(rows), next, total: rows.length === 0 && page > 1 ? 0 : store.lines.length };
        },
      });
    }),
  };
}

export function offsetNative(
  lines: readonly RawLine[],
  options: {
    limit: number;
    cap?: number;
    timeFilter: boolean;
    ignoresFilter?: boolean;
    total: boolean;
    tieOrdered: boolean;
    ladder?: Ladder;
  },
): FakeNative {
  const store = new Store(lines);
  const clock = 1_000_000n;
  const name = `offset (${options.timeFilter ? (options.ignoresFilter === true ? 'time filter ignored' : 'time filter') : 'no filter'}, ${options.tieOrdered ? 'ties ordered' : 'ties as they come'}, ${options.total ? 'total' : 'no total'})`;
  return native(name, store, byId, () =>
    offsetPartition<Line>({
      key: '',
      source: 'fake',
      size: new PageSize(options.limit),
      identity: byId,
      orders: ['ascending', 'descending'],
      tieOrdered: () => options.tieOrdered,
      timeFilter: () => options.timeFilter,
      ladder: options.ladder,
      fetch: async ({ offset, limit, order, since, upTo }) => {
        await store.asked();
        const sign = order === 'ascending' ? 1 : -1;
        let found = store.copies();
        if (options.ignoresFilter !== true) {
          if (since !== undefined) found = found.filter((line) => line.time >= since - (since % clock));
          if (upTo !== undefined)
            found = found.filter((line) => line.time <= upTo + clock - 1n - ((upTo + clock - 1n) % clock));
        }
        found = options.tieOrdered
          ? found.sort((a, b) => sign * comparePositions({ ...a, tie: a.id }, { ...b, tie: b.id }))
          : order === 'ascending'
            ? found
            : found.reverse();
        const size = Math.min(limit, options.cap ?? limit);
        return {
          rows: found.slice(offset, offset + size),
          total: options.total ? found.length : null,
          limit: size,
        };
      },
    }),
  );
}

export function keysetNative(
  lines: readonly RawLine[],
  options: {
    limit: number;
    cursors: boolean;
    newestFirst: boolean;
    spread?: bigint;
    neighbours?: number;
    runningLevel?: string;
    ladder?: Ladder;
  },
): FakeNative {
  const store = new Store(lines);
  const { newestFirst } = options;
  // What is learned of the log is kept by it.
  const size = new PageSize(options.limit);
  const spread = options.spread ?? 0n;
  // A row lies up to `spread` before or after its record: by how much depends on its id alone.
  const shift = (line: RawLine): bigint =>
    spread === 0n ? 0n : BigInt((Number.parseInt(line.id.slice(1), 10) % 7) - 3) * (spread / 3n);
  // A record that has not ended has no row yet.
  const isRunning = (line: RawLine): boolean => line.level === options.runningLevel;
  const placed = (line: RawLine): RawLine => ({ ...line, time: line.time + shift(line) });
  const order = { newestFirst: null };
  const base = native(
    `record keyset (${options.cursors ? 'cursors' : 'offsets only'}, ${newestFirst ? 'newest' : 'oldest'} first${spread > 0n ? ', rows around records' : ''})`,
    store,
    byId,
    () =>
      recordKeysetPartition<Line>({
        key: '',
        order,
        size,
        ladder: options.ladder,
        reach: { before: spread, after: spread, records: options.neighbours ?? 0 },
        isCursorRefused: (error) => error instanceof TokenRefused,
        fetch: async (request, limit) => {
          await store.asked();
          const list = newestFirst ? [...store.lines].reverse() : store.lines;
          let start = 0;
          let end = limit;
          if (options.cursors && (request.kind === 'after' || request.kind === 'before')) {
            const at = list.findIndex((line) => line.id === request.id);
            if (at === -1) throw new TokenRefused();
            if (request.kind === 'after') [start, end] = [at + 1, at + 1 + limit];
            else [start, end] = [Math.max(0, at - limit), at];
          } else if (request.kind === 'offset') [start, end] = [request.offset, request.offset + limit];
          const records = list.slice(start, end);
          return {
            records: records.map((line) => ({
              id: line.id,
              earliest: line.time,
              latest: line.time,
              rows: isRunning(line) ? [] : [{ ...placed(line), tie: line.id }],
            })),
            total: list.length,
            more: options.cursors ? end < list.length : null,
            cursors: options.cursors && list.length > records.length,
          };
        },
      }),
  );
  return { ...base, expected: () => expectedRows(store.lines.filter((line) => !isRunning(line)).map(placed), byId) };
}

export function timeNative(
  lines: readonly RawLine[],
  options: { limit: number; levels: readonly string[]; step?: bigint; ladder?: Ladder },
): FakeNative {
  const store = new Store(lines);
  const resolution = 1_000n;
  const step = options.step ?? resolution;
  return native('time keyset', store, byId, () =>
    timeKeysetPartition<Line>({
      key: '',
      size: new PageSize(options.limit),
      cap: new PageCap(),
      identity: byId,
      clock: new AfterClock(resolution),
      classes: options.levels,
      ladder: options.ladder,
      fetch: async ({ order, after, within, limit }) => {
        await store.asked();
        let found = store.copies().filter((line) => within === null || line.level === within);
        // The vendor reads microseconds, or coarser steps than it is thought to.
        const from = after === null ? null : after - (after % step);
        if (from !== null)
          found = found.filter((line) => (order === 'ascending' ? line.time > from : line.time < from));
        if (order === 'descending') found.reverse();
        const rows = found.slice(0, limit);
        return { rows, more: found.length > limit, total: found.length };
      },
    }),
  );
}

export function wholeNative(
  lines: readonly RawLine[],
  shuffle: (lines: RawLine[]) => RawLine[] = (all) => all,
): FakeNative {
  const store = new Store(lines);
  return native('whole response', store, byContent, () =>
    wholeResponsePartition<Line>({
      key: '',
      identity: byContent,
      load: async (begin) => {
        await store.asked();
        const sink = begin();
        for (const line of shuffle(store.copies())) sink(line);
      },
    }),
  );
}

export const call = createCall();
