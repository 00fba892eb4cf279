import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import type { Line } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const BEGIN = 1_700_000_000n * 1_000_000_000n;
const LIMIT = 20;

interface Case {
  /** The order in which the lines come. */
  readonly comes: 'ascending' | 'descending';
  readonly direction: Direction;
  /** The line at which the read begins, or ends. */
  readonly from?: number;
  readonly until?: number;
  readonly count?: number;
  /** Lines of one instant. */
  readonly together?: number;
  readonly need?: number;
}

/** Reads lines of a vendor that is thought to give the newest first. Returns the numbers of the lines and the calls. */
async function read({ comes, direction, from, until, count = 50, together = 1, need = count }: Case) {
  const timeOf = (index: number): bigint => BEGIN + BigInt(Math.floor(index / together)) * 1_000_000n;
  const ascending = Array.from({ length: count }, (_, index) => ({
    id: `n${String(index).padStart(3, '0')}`,
    time: timeOf(index),
    text: `line ${index}`,
    level: 'INFO',
  }));
  const rows = comes === 'ascending' ? ascending : ascending.toReversed();
  let calls = 0;
  const partition = offsetPartition<Line>({
    key: '',
    source: 'made',
    size: new PageSize(LIMIT),
    identity: { by: 'id', of: (line) => line.id },
    orders: ['descending'],
    tieOrdered: () => false,
    timeFilter: () => false,
    fetch: ({ offset, limit }) => {
      calls += 1;
      const page = rows.slice(offset, offset + limit).map((line) => ({ ...line }));
      return Promise.resolve({ rows: page, total: null, limit: null });
    },
  });
  const place = (index: number | undefined): Position | null =>
    index === undefined ? null : { time: timeOf(index), tie: '' };
  const request = { direction, from: place(from), until: place(until), hint: null, need };
  const numbers: number[] = [];
  for await (const batch of partition.read(request, createCall())) {
    numbers.push(...rowsOf(batch).map(({ id }) => Number(id.slice(1))));
    if (numbers.length >= need) break;
  }
  return { numbers, calls };
}

test.each<Case>([
  { comes: 'ascending', direction: 'backward', until: 7 },
  { comes: 'ascending', direction: 'backward', until: 30 },
  { comes: 'ascending', direction: 'forward', until: 7 },
  { comes: 'ascending', direction: 'forward', until: 7, count: 41 },
  { comes: 'ascending', direction: 'backward', until: 40, together: 20 },
  { comes: 'ascending', direction: 'backward', until: 7, from: 45 },
  { comes: 'ascending', direction: 'backward', need: 5 },
])('a reversed list is reported, whatever part of it is read: %o', async (given) => {
  await expect(read(given)).rejects.toThrow('its list is not in the order of time');
});

test.each<Case & { readonly calls: number; readonly lines: number }>([
  { comes: 'descending', direction: 'backward', until: 35, calls: 1, lines: 15 },
  { comes: 'descending', direction: 'backward', until: 25, calls: 2, lines: 25 },
  { comes: 'descending', direction: 'backward', need: 5, calls: 1, lines: 17 },
  // A page of one instant does not show its order.
  { comes: 'descending', direction: 'backward', until: 60, together: 20, count: 60, calls: 2, lines: 0 },
])('a list in the right order is read no further than a bound: %o', async ({ calls, lines, ...given }) => {
  const found = await read(given);
  expect(found.numbers).toEqual(Array.from({ length: lines }, (_, index) => 49 - index));
  expect(found.calls).toBe(calls);
});
