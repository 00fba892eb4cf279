import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Direction } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { OffsetFacts } from '../../src/pagination/offset/page.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import type { Line } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const BEGIN = 1_700_000_000n * 1_000_000_000n;
const LIMIT = 20;

/** Lines of a vendor that sorts by the second, and so mixes lines of one second. */
const lines = Array.from({ length: 50 }, (_, index) => ({
  ...lineAt(index),
  time: BEGIN + BigInt(index ^ 1) * 100_000_000n,
}));

/** A line of one millisecond, which a bound does not tell from others. */
function lineAt(index: number) {
  return { id: `n${index}`, time: BEGIN + BigInt(index) * 10_000n, text: `line ${index}`, level: 'INFO' };
}

async function read(direction: Direction, count: number): Promise<string[]> {
  const rows = lines.slice(0, count);
  const partition = offsetPartition<Line>({
    key: '',
    source: 'made',
    size: new PageSize(LIMIT),
    identity: { by: 'id', of: (line) => line.id },
    orders: ['ascending', 'descending'],
    tieOrdered: () => false,
    timeFilter: () => true,
    fetch: ({ offset, limit, order, since = 0n, upTo = BEGIN * 2n }) => {
      const found = rows.filter(({ time }) => time >= since && time <= upTo);
      const sorted = order === 'ascending' ? found : found.toReversed();
      const page = sorted.slice(offset, offset + limit).map((line) => ({ ...line }));
      return Promise.resolve({ rows: page, total: null, limit: null });
    },
  });
  const ids: string[] = [];
  const request = { direction, from: null, until: null, hint: null, need: count };
  for await (const batch of partition.read(request, createCall())) ids.push(...rowsOf(batch).map(({ id }) => id));
  return direction === 'forward' ? ids : ids.toReversed();
}

test.each(['forward', 'backward'] as const)(
  'lines that a list by offset, bounded by time, gives out of order are all read in order, %s',
  async (direction) => {
    for (const count of [3, 19, 50]) {
      const sorted = lines.slice(0, count).toSorted((a, b) => (a.time < b.time ? -1 : 1));
      expect(await read(direction, count)).toEqual(sorted.map(({ id }) => id));
    }
  },
);

test('late lines that fill a page do not count as out of order, even before lines that were already read', async () => {
  const all = [5, 6, 7].map(lineAt);
  const late = [2, 3, 4].map(lineAt);
  const size = new PageSize(1);
  const partition = offsetPartition<Line>({
    ...{ key: '', source: 'made', size, identity: { by: 'id', of: (line) => line.id } },
    ...{ orders: ['ascending', 'descending'], tieOrdered: () => false, timeFilter: () => true },
    fetch: ({ offset, limit, since = 0n }) => {
      const rows = all.filter(({ time }) => time >= since).slice(offset, offset + limit);
      if (offset === 1) all.unshift(...late.splice(0));
      return Promise.resolve({ rows, total: null, limit: null });
    },
  });
  const ids: string[] = [];
  const request = { direction: 'forward', from: null, until: null, hint: null, need: 3 } as const;
  for await (const batch of partition.read(request, createCall())) ids.push(...rowsOf(batch).map(({ id }) => id));
  expect(ids).toEqual(expect.arrayContaining(['n5', 'n6', 'n7']));
  expect(size.learned(OffsetFacts).isUnsorted).toBe(false);
});
