import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Call } from '../../src/domain/call.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { Partition } from '../../src/pagination/core/partition.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { AfterClock } from '../../src/pagination/time-keyset/after-clock.ts';
import { PageCap } from '../../src/pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../src/pagination/time-keyset/time-keyset.ts';
import type { Line } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

/**
 * Logs that grow by a line with each of some calls. The source counts each page alone, so an apparently last page costs
 * one more call. `cap`: the length to which pages are cut.
 */

const BEGIN = 1_700_000_000n * 1_000_000_000n;
const LIMIT = 50;

class GrowingLog {
  calls = 0;
  asked: number[] = [];
  readonly size = new PageSize(LIMIT);
  readonly cap = new PageCap();
  count: number;
  readonly #most: number;
  #grows: number;

  constructor(count: number, grows: boolean, most = Infinity) {
    this.count = count;
    this.#grows = grows ? 6 : 0;
    this.#most = most;
  }

  page(offset: number, limit: number, after = 0n): { rows: Omit<Line, 'tie'>[]; total: number } {
    this.calls += 1;
    this.asked.push(limit);
    const lines = Array.from({ length: this.count }, (_, index) => ({
      id: `n${index}`,
      time: BEGIN + BigInt(index) * 1_000_000_000n,
      text: `line ${index}`,
      level: 'INFO',
    }));
    if (this.#grows > 0) this.count += 1;
    this.#grows -= 1;
    const rows = lines.filter(({ time }) => time > after).slice(offset, offset + Math.min(limit, this.#most));
    return { rows, total: rows.length };
  }
}

const identity = { by: 'id', of: (line: Omit<Line, 'tie'>) => line.id } as const;

const SCHEMES: Readonly<Record<string, (log: GrowingLog) => Partition<Line>>> = {
  'page numbers that count by the length asked for': (log) =>
    pageTokenPartition<Line>({
      ...{ key: '', source: 'made', size: log.size, identity, maxWalk: 1, isTokenRefused: () => false },
      fetch: (token, limit) => {
        const index = token === null ? 0 : Number(token);
        return Promise.resolve({ ...log.page(index * limit, limit), next: null });
      },
      address: { pageOf: (token) => Number(token) + 1, tokenOf: (page) => String(page - 1) },
    }),
  offsets: (log) =>
    offsetPartition<Line>({
      ...{ key: '', source: 'made', size: log.size, identity, orders: ['ascending'] },
      ...{ tieOrdered: () => false, timeFilter: () => false },
      fetch: ({ offset, limit }) => Promise.resolve({ ...log.page(offset, limit), limit: null, said: false }),
    }),
  'offsets and times': (log) =>
    offsetPartition<Line>({
      ...{ key: '', source: 'made', size: log.size, identity, orders: ['ascending', 'descending'] },
      ...{ tieOrdered: () => true, timeFilter: () => true },
      fetch: ({ offset, limit, since = 0n }) =>
        Promise.resolve({ ...log.page(offset, limit, since - 1n), limit: null, said: false }),
    }),
  times: (log) =>
    timeKeysetPartition<Line>({
      ...{ key: '', size: log.size, cap: log.cap, identity, clock: new AfterClock(1_000n), classes: ['INFO'] },
      fetch: ({ after, limit }) => Promise.resolve({ ...log.page(0, limit, after ?? 0n), more: false }),
    }),
};

async function readAll(partition: Partition<Line>, call: Call): Promise<string[]> {
  const ids: string[] = [];
  const request = { direction: 'forward', from: null, until: null, hint: null, need: 1_000 } as const;
  for await (const batch of partition.read(request, call)) {
    expect(batch.truncated).toBeUndefined();
    ids.push(...rowsOf(batch).map(({ id }) => id));
  }
  return ids;
}

describe.each(Object.entries(SCHEMES))('a log by %s', (_, partitionOf) => {
  test('that grows between the calls does not count as a log with cut pages', async () => {
    const log = new GrowingLog(7, true);
    const ids = await readAll(partitionOf(log), createCall());
    expect(ids.slice(0, 7)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
    expect(new Set(ids).size).toBe(ids.length);
    expect([log.size.rows, log.cap.cut]).toEqual([LIMIT, null]);
  });

  test('takes a poll as many calls as a first read, and no look behind a page', async () => {
    const log = new GrowingLog(7, false);
    const poll = async () => {
      log.calls = 0;
      await readAll(partitionOf(log), createCall({ comesAgain: true }));
      return log.calls;
    };
    expect(await poll()).toBe(1);
    await readAll(partitionOf(log), createCall());
    log.count += 5;
    await readAll(partitionOf(log), createCall());
    log.count += 5;
    expect(await poll()).toBe(1);
  });

  test('whose pages are cut is read whole, even while it grows', async () => {
    for (const grows of [false, true]) {
      const log = new GrowingLog(30, grows, 7);
      const ids = await readAll(partitionOf(log), createCall());
      expect(ids.slice(0, 30)).toEqual(Array.from({ length: 30 }, (__, index) => `n${index}`));
    }
  });
});
