import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Batch } from '../../src/pagination/core/partition.ts';
import { AfterClock } from '../../src/pagination/time-keyset/after-clock.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { PageCap } from '../../src/pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../src/pagination/time-keyset/time-keyset.ts';
import { call, offsetNative, tokenNative } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

/** What the contract of the connectors has found in the schemes, each in its smallest form. */

function lines(count: number): RawLine[] {
  return Array.from({ length: count }, (_, index) => ({
    time: 1_700_000_000_000_000_000n,
    id: `r${String(index).padStart(3, '0')}`,
    text: 'step',
    level: 'info',
  }));
}

const FROM_THE_START = { direction: 'forward', from: null, hint: null, until: null, need: 4 } as const;

async function collect(batches: AsyncIterable<Batch<Line>>): Promise<Batch<Line>[]> {
  const all: Batch<Line>[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('a full page of a vendor that does not count', () => {
  test('does not claim that more follows', async () => {
    const native = offsetNative(lines(4), { limit: 4, timeFilter: true, total: false, tieOrdered: true });
    const [first, ...others] = await collect(native.partition().read(FROM_THE_START, call));
    expect(first?.rows).toHaveLength(4);
    expect(first?.more).toBeNull();
    expect(others.map(({ rows, more }) => ({ rows, more }))).toEqual([{ rows: [], more: false }]);
  });
});

describe('an instant with more lines of one class than two pages can cover', () => {
  /** A vendor that gives ties the same way in both orders: from the other end it shows the same page again. */
  function unreversed(count: number) {
    return timeKeysetPartition<Line>({
      key: '',
      size: new PageSize(10),
      cap: new PageCap(),
      identity: { by: 'id', of: (line) => line.id },
      clock: new AfterClock(1_000n),
      classes: ['info'],
      fetch: ({ order, after }) => {
        const all = lines(count).filter(
          ({ time }) => after === null || (order === 'ascending' ? time > after : time < after),
        );
        return Promise.resolve({ rows: all.slice(0, 10), more: all.length > 10, total: null });
      },
    });
  }

  test('is reported as truncated when both ends show the same lines', async () => {
    for (const direction of ['forward', 'backward'] as const) {
      const batches = await collect(unreversed(15).read({ ...FROM_THE_START, direction }, call));
      expect(batches.flatMap(({ rows }) => rows)).toHaveLength(10);
      expect(batches.map(({ truncated }) => truncated).filter(Boolean)).toEqual([
        expect.stringContaining('more entries share one instant') as string,
      ]);
    }
  });
});

describe('a position that can only be walked to', () => {
  const many = lines(200).map((line, index) => ({ ...line, time: line.time + BigInt(index) * 1_000_000n }));
  const fromTheFarEnd = {
    ...FROM_THE_START,
    direction: 'backward',
    from: { time: many.at(-1)!.time + 1n, tie: '' },
  } as const;

  test('is reached after any number of pages', async () => {
    const native = tokenNative(many, { limit: 2, addressable: false });
    const batches = await collect(native.partition().read(fromTheFarEnd, call));
    expect(batches.flatMap(rowsOf)).toEqual(native.expected().reverse());
  });

  test('is reported as out of reach if the walk would cost too much', async () => {
    const native = tokenNative(many, { limit: 2, addressable: false, maxWalk: 70 });
    await expect(collect(native.partition().read(fromTheFarEnd, call))).rejects.toMatchObject({
      code: 'SOURCE_TRUNCATED',
    });
  });
});

describe('a full first page with opaque tokens that counts only its own rows', () => {
  function partitionOf(count: number, total: (rows: number) => number, pageSize = 10) {
    return pageTokenPartition<Line>({
      key: '',
      source: 'made-up',
      size: new PageSize(pageSize),
      identity: { by: 'content', of: ({ text, id }) => [text, id] },
      maxWalk: 100,
      isTokenRefused: () => false,
      fetch: (token, limit) => {
        const rows = lines(count).slice(0, token === null ? limit : 0);
        // Pages on which no row can be read have no place among the others.
        if (rows.length < 2) return Promise.reject(new TributaryError('SOURCE_BAD_RESPONSE', 'made-up: no time'));
        return Promise.resolve({ rows, next: null, total: total(rows.length) });
      },
    });
  }

  test('is the whole log, even if its first row is unreadable', async () => {
    for (const size of [2, 3, 10]) {
      const batches = await collect(partitionOf(size, () => size, size).read(FROM_THE_START, call));
      expect(batches.flatMap(({ rows }) => rows)).toHaveLength(size);
      expect(batches.filter(({ truncated }) => truncated !== undefined)).toEqual([]);
    }
  });

  test('is not the whole log if a shorter page also counts only its own rows', async () => {
    const batches = await collect(partitionOf(30, (rows) => rows).read(FROM_THE_START, call));
    expect(batches.map(({ truncated }) => truncated).filter(Boolean)).toHaveLength(1);
  });
});

describe('a hint of a row that lies ahead, which a merge has after its reader changes direction', () => {
  test('does not lead past the rows before it', async () => {
    const start = 1_700_000_000_000_000_000n;
    const placed = lines(6).map((line, index) => ({ ...line, time: start + [0n, 0n, 0n, 0n, 20n, 21n][index]! }));
    for (const addressable of [true, false]) {
      const native = tokenNative(placed, { limit: 5, addressable });
      const all = await collect(native.partition().read(FROM_THE_START, call));
      const hint = all.flatMap(({ rows }) => rows)[4]?.hint ?? null;
      const from = { time: start + 1n, tie: '' };
      const rest = await collect(native.partition().read({ ...FROM_THE_START, from, hint }, call));
      expect(rest.flatMap(rowsOf)).toEqual(native.expected().slice(4));
      const behind = { time: start + 20n, tie: '' };
      const same = await collect(native.partition().read({ ...FROM_THE_START, from: behind, hint }, call));
      expect(same.flatMap(rowsOf)).toEqual(native.expected().slice(4));
    }
  });
});
