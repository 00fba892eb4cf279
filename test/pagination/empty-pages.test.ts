import { expect, test } from 'vitest';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { call } from './fake-natives.ts';
import type { Line } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const CALLS = 100;

/** Reads a list of these pages, the last of which has no token. Throws if the read does not end. */
async function read(
  pages: readonly (readonly number[])[],
  total: number | null,
  direction: Direction,
  from: Position | null = null,
): Promise<bigint[]> {
  let calls = 0;
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(3),
    identity: { by: 'id', of: ({ id }) => id },
    maxWalk: 50,
    isTokenRefused: () => false,
    // If tokens are page numbers, pages are parts of one list, and none in its middle can be empty.
    address: undefined,
    fetch(token) {
      calls += 1;
      if (calls > CALLS) throw new Error('It reads on and on.');
      const page = token === null ? 1 : Number(token);
      const rows = (pages[page - 1] ?? []).map((slot) => ({
        time: BigInt(slot),
        id: `r${slot}`,
        text: '',
        level: '',
      }));
      return Promise.resolve({ rows, total, next: page < pages.length ? String(page + 1) : null });
    },
  });
  const times: bigint[] = [];
  for await (const { rows } of partition.read({ direction, from, hint: null, until: null, need: 10 }, call)) {
    times.push(...rowsOf({ rows }).map(({ time }) => time));
  }
  return times;
}

test.each([
  ['an empty page in the middle', [[1, 2, 3], [], [4, 5]]],
  ['several', [[], [1, 2, 3], [], [], [4], [], [5, 6]]],
  ['empty ones at the end', [[1, 2, 3], [4], [], [], []]],
  ['only empty ones', [[], [], []]],
] as const)('%s does not end a read from either end, whatever the list counts', async (_, pages) => {
  const expected = pages.flat().map(BigInt);
  for (const total of [null, expected.length, 3 * pages.length, 40]) {
    expect(await read(pages, total, 'forward')).toEqual(expected);
    expect(await read(pages, total, 'backward')).toEqual(expected.toReversed());
    for (const [index, time] of expected.entries()) {
      const from = { time, tie: `r${time}` };
      expect(await read(pages, total, 'forward', from)).toEqual(expected.slice(index + 1));
      expect(await read(pages, total, 'backward', from)).toEqual(expected.slice(0, index).toReversed());
    }
  }
});
