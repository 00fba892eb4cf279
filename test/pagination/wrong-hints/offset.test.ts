import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import { offsetPartition } from '../../../src/pagination/offset/offset.ts';
import { PageSize } from '../../../src/pagination/core/page-size.ts';
import type { IdIdentity, Partition, Unplaced } from '../../../src/pagination/core/partition.ts';
import type { Line } from '../fake-natives.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 5_000 : 300;

const LIMIT = 20;
const identity: IdIdentity<Line> = { by: 'id', of: (line) => line.id };

const TOTALS = ['honest', 'null', 'zero', 'of-page', 'too-low', 'too-high', 'shrinking'] as const;
type Total = (typeof TOTALS)[number];

interface Vendor {
  readonly count: number;
  readonly total: Total;
  /** Upper bounds on the length of a page, used in turn. The reader asks for 20 rows. */
  readonly lengths: readonly number[];
  /** What the vendor calls its page length: the true one, none, or what it was asked for. */
  readonly limit: 'honest' | 'null' | 'asked';
  readonly offsets: 'honest' | 'ignored' | 'last page behind the end';
  readonly timeFilter: boolean;
  /** True: a bound of time leaves out rows of that very time. */
  readonly excludesBounds: boolean;
  readonly tieOrdered: boolean;
}

const HONEST: Vendor = {
  count: 250,
  total: 'honest',
  lengths: [LIMIT],
  limit: 'honest',
  offsets: 'honest',
  timeFilter: true,
  excludesBounds: false,
  tieOrdered: true,
};

const MILLISECOND = 1_000_000n;

/** 1.7 lines a millisecond, some of one instant. */
function linesOf(count: number): Unplaced<Line>[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `n${String(index).padStart(4, '0')}`,
    time: 1_700_000_000n * 1_000n * MILLISECOND + BigInt(Math.floor(index / 2)) * 1_200_000n,
    text: `line ${index}`,
    level: 'INFO',
  }));
}

function totalOf(total: Total, counted: number, read: number, calls: number): number | null {
  switch (total) {
    case 'honest':
      return counted;
    case 'null':
      return null;
    case 'zero':
      return 0;
    case 'of-page':
      return read;
    case 'too-low':
      return Math.max(0, counted - 30);
    case 'too-high':
      return counted + 70;
    case 'shrinking':
      return Math.max(0, counted + 35 - 9 * calls);
  }
}

interface Read {
  readonly indexes: readonly number[];
  readonly calls: number;
  /** True if missing lines were reported. */
  readonly reported: boolean;
}

class AskedTooOften extends Error {}

async function readAll(vendor: Vendor, direction: Direction, need = 1_000, prefetch = false): Promise<Read> {
  let calls = 0;
  // A page may have one row only, and each may need a second look.
  const most = 30 + 4 * Math.max(vendor.count, LIMIT);
  const partition: Partition<Line> = offsetPartition<Line>({
    key: '',
    source: 'fake',
    size: new PageSize(LIMIT),
    identity,
    orders: ['ascending', 'descending'],
    tieOrdered: () => vendor.tieOrdered,
    timeFilter: () => vendor.timeFilter,
    fetch: ({ offset, limit, order, since, upTo }) => {
      calls += 1;
      if (calls > most) throw new AskedTooOften();
      let found = linesOf(vendor.count);
      const step = vendor.excludesBounds ? 1n : 0n;
      if (since !== undefined) found = found.filter(({ time }) => time >= since + step);
      if (upTo !== undefined) found = found.filter(({ time }) => time <= upTo - step);
      if (order === 'descending') found.reverse();
      const size = Math.min(limit, vendor.lengths[calls % vendor.lengths.length] ?? LIMIT);
      const last = Math.max(0, found.length - size);
      const start = vendor.offsets === 'ignored' ? 0 : vendor.offsets === 'honest' ? offset : Math.min(offset, last);
      const rows = found.slice(start, start + size);
      const said = vendor.limit === 'null' ? null : vendor.limit === 'asked' ? limit : size;
      return Promise.resolve({ rows, total: totalOf(vendor.total, found.length, rows.length, calls), limit: said });
    },
  });
  const indexes: number[] = [];
  let reported = false;
  const request = { direction, from: null, hint: null, until: null, need, prefetch };
  try {
    for await (const batch of partition.read(request, createCall())) {
      indexes.push(...rowsOf(batch).map(({ id }) => Number(id.slice(1))));
      reported ||= batch.truncated !== undefined;
      if (batch.more === false || indexes.length >= need) break;
    }
  } catch (error) {
    expect(error, `${indexes.length} lines so far`).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    reported = true;
  }
  return { indexes, calls, reported };
}

function expected(count: number, direction: Direction): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return direction === 'forward' ? all : all.reverse();
}

const directions = ['forward', 'backward'] as const;

/** Both ways of reading: within bounds of time, and by page numbers. */
const ways = [true, false].flatMap((timeFilter) => directions.map((direction) => ({ timeFilter, direction })));

describe.each(ways)('a list by offset (time filter: $timeFilter, $direction)', ({ timeFilter, direction }) => {
  test.each(TOTALS)('has every line where the total is %s', async (total) => {
    const { indexes, calls } = await readAll({ ...HONEST, timeFilter, total }, direction);
    expect(indexes).toEqual(expected(250, direction));
    // A total that shrinks makes each page look older than the one before it.
    expect(calls).toBeLessThanOrEqual(total === 'shrinking' ? 45 : 16);
  });

  test.each(TOTALS.map((total) => ({ total, count: 40 })))(
    'has every line where the total is $total and the last page is full',
    async ({ total, count }) => {
      const { indexes } = await readAll({ ...HONEST, timeFilter, total, count }, direction);
      expect(indexes).toEqual(expected(count, direction));
    },
  );

  test.each(TOTALS.filter((total) => total !== 'of-page' && total !== 'too-low'))(
    'has every line if pages are capped silently and the total is %s',
    async (total) => {
      for (const limit of ['null', 'asked'] as const) {
        const vendor = { ...HONEST, timeFilter, total, limit, lengths: [7] };
        const { indexes, calls } = await readAll(vendor, direction);
        expect(indexes).toEqual(expected(250, direction));
        expect(calls).toBeLessThanOrEqual(80);
      }
    },
  );

  test('costs no more calls than the lines need if the vendor is honest', async () => {
    // Without a time filter, the last two lines of a page wait for the next one: they may be swapped with its first ones.
    const wait = timeFilter ? 2 : 4;
    for (const [count, need, calls] of [
      [250, 1_000, 13],
      [250, LIMIT - wait, 1],
      [250, 2 * LIMIT - wait, 2],
      // A source whose counts are not proved yet is asked for the count of a page of one row.
      [13, 1_000, 2],
      [0, 1_000, 1],
    ] as const) {
      const read = await readAll({ ...HONEST, timeFilter, count }, direction, need, true);
      expect({ count, need, calls: read.calls }).toEqual({ count, need, calls });
    }
  });

  test('reports missing lines if the vendor ignores offsets, unless the read can continue by time', async () => {
    for (const total of TOTALS.filter(() => timeFilter)) {
      const read = await readAll({ ...HONEST, timeFilter, total, offsets: 'ignored' }, direction);
      if (total !== 'too-high') expect(read.reported).toBe(!timeFilter);
      if (timeFilter) expect(read.indexes).toEqual(expected(250, direction));
      expect(read.calls).toBeLessThanOrEqual(60);
    }
  });

  test('does not mistake a repeated row for the last row that the vendor counts', async () => {
    for (const count of timeFilter ? [2, 3, 7] : []) {
      const vendor = { ...HONEST, timeFilter, tieOrdered: false, count, lengths: [1], limit: 'null' } as const;
      const { indexes, reported } = await readAll({ ...vendor, offsets: 'ignored' }, direction);
      expect(reported || indexes.length === count).toBe(true);
    }
  });

  test('ends if the vendor repeats its last page after the end', async () => {
    for (const total of TOTALS.filter(() => timeFilter)) {
      const vendor = { ...HONEST, timeFilter, total, offsets: 'last page behind the end' } as const;
      const { indexes, reported } = await readAll(vendor, direction);
      if (total !== 'too-high') expect(reported).toBe(!timeFilter && total !== 'honest');
      if (!reported) expect(indexes).toEqual(expected(250, direction));
    }
  });
});

describe('a list by offset whose total and page lengths may be wrong', () => {
  const vendors: fc.Arbitrary<Vendor> = fc.record({
    count: fc.integer({ min: 0, max: 130 }),
    total: fc.constantFrom(...TOTALS),
    lengths: fc.oneof(
      fc.constant([LIMIT]),
      fc.integer({ min: 1, max: LIMIT }).map((length) => [length]),
      fc.array(fc.integer({ min: 1, max: LIMIT }), { minLength: 2, maxLength: 5 }),
    ),
    limit: fc.constantFrom('honest', 'null', 'asked'),
    offsets: fc.constantFrom('honest', 'honest', 'last page behind the end', 'ignored'),
    timeFilter: fc.boolean(),
    excludesBounds: fc.boolean(),
    tieOrdered: fc.boolean(),
  });

  /**
   * The limit: a page is shorter than requested and than all before it, not of a round length, and the count ends
   * exactly there. A log that ends there looks the same. So does a log of one row, which a vendor returns for every
   * offset.
   */
  function looksWhole({ count, total, lengths, limit, offsets }: Vendor): boolean {
    const isCut = lengths.some((length) => length < LIMIT) && limit !== 'honest';
    if (!isCut || total === 'honest' || total === 'too-high') return false;
    if (offsets === 'ignored' && lengths.includes(1)) return true;
    const [length = 0] = lengths;
    if (lengths.some((other) => other !== length)) return ['of-page', 'too-low', 'shrinking'].includes(total);
    return length !== 10 && (total === 'of-page' || (total === 'too-low' && count - 30 === length));
  }

  test('has every line once and in order, or reports missing lines, within a bounded number of calls', async () => {
    await fc.assert(
      fc.asyncProperty(vendors, fc.constantFrom(...directions), fc.boolean(), async (vendor, direction, prefetch) => {
        fc.pre(!looksWhole(vendor) && (vendor.offsets === 'honest' || vendor.timeFilter));
        const { indexes, reported } = await readAll(vendor, direction, 1_000, prefetch);
        const sorted = [...new Set(indexes)].sort((a, b) => a - b);
        expect(indexes).toEqual(direction === 'forward' ? sorted : sorted.reverse());
        if (!reported) expect(indexes).toEqual(expected(vendor.count, direction));
        if (vendor.offsets === 'honest') expect(reported).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});
