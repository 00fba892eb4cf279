import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Ordered } from '../../src/domain/ordered.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { OffsetOptions } from '../../src/pagination/offset/page.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

interface Row extends Ordered {
  readonly id: string;
}

/**
 * A source that returns the rows of one instant in the order of writing. Another read finds that out after the first
 * page.
 */
function sourceOf(ids: readonly string[], isFoundOutAfter: number): OffsetOptions<Row> {
  let calls = 0;
  return {
    key: 'log',
    source: 'one',
    size: new PageSize(3),
    orders: ['ascending', 'descending'],
    identity: { by: 'id', of: ({ id }) => id },
    timeFilter: () => true,
    tieOrdered: () => calls < isFoundOutAfter,
    fetch({ offset, limit }) {
      calls += 1;
      const rows = ids.slice(offset, offset + limit).map((id) => ({ id, time: 5n }));
      return Promise.resolve({ rows, total: null, limit: null });
    },
  };
}

async function readAll(options: OffsetOptions<Row>): Promise<string[]> {
  const rows: string[] = [];
  const request = { direction: 'forward', from: null, hint: null, until: null, need: 100 } as const;
  for await (const batch of offsetPartition(options).read(request, createCall())) {
    rows.push(...rowsOf(batch).map(({ id }) => id));
  }
  return rows;
}

test('a read restarts when another read finds that ties have no order', async () => {
  expect(await readAll(sourceOf(['f', 'b', 'd', 'a', 'e', 'c'], 1))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('a read that has returned rows fails, without losing any, when another read finds that ties have no order', async () => {
  await expect(readAll(sourceOf(['a', 'd', 'f', 'b', 'e', 'c'], 2))).rejects.toMatchObject({
    code: 'SOURCE_BAD_RESPONSE',
  });
});
