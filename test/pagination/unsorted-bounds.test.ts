import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Direction } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import type { Line } from './fake-natives.ts';

const BEGIN = 1_700_000_000n * 1_000_000_000n;
const LIMIT = 20;

/** Lines of a vendor that sorts by the second, and so mixes lines of one second. */
const lines = Array.from({ length: 50 }, (_, index) => ({
  id: `n${index}`,
  time: BEGIN + BigInt(index ^ 1) * 100_000_000n,
  text: `line ${index}`,
  level: 'INFO',
}));

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
  for await (const batch of partition.read(request, createCall())) ids.push(...batch.rows.map(({ id }) => id));
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
