import { afterAll, beforeEach, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { OffsetRequest } from '../../../src/pagination/offset/page.ts';
import { Abilities } from '../../../src/vendors/softwareone/abilities.ts';
import { LogPages } from '../../../src/vendors/softwareone/logs/pages.ts';
import { MILLISECOND, START, startHarness } from './harness.ts';

/** The pages of a log that two calls have seen at different times. */

const harness = await startHarness();
let job: string;
let pages: LogPages;

beforeEach(() => {
  harness.simulation.clear();
  job = harness.simulation.createJob();
  pages = new LogPages(harness.context(new Abilities()), { task: job, taskKey: null, severity: null });
});
afterAll(() => harness.close());

function write(...milliseconds: readonly number[]): void {
  harness.simulation.write(
    job,
    milliseconds.map((at) => ({ time: START + BigInt(at) * MILLISECOND, message: `at ${at}` })),
  );
}

async function timesOf(request: Omit<OffsetRequest, 'order'>, order: OffsetRequest['order']): Promise<number[]> {
  const { rows } = await pages.fetch({ ...request, order }, createCall());
  return rows.map(({ time }) => Number((time - START) / MILLISECOND));
}

test('more late lines than the next page has rows do not count as a lost order', async () => {
  write(0, 20);
  expect(await timesOf({ offset: 0, limit: 2 }, 'ascending')).toEqual([0, 20]);
  write(10, 11, 12);
  expect(await timesOf({ offset: 2, limit: 1 }, 'ascending')).toEqual([11]);
  // The page before it is known as it is now, not as it was.
  write(13, 14);
  expect(await timesOf({ offset: 2, limit: 2 }, 'ascending')).toEqual([11, 12]);
});

test('lines that were written before a page was read again do not count as a lost order', async () => {
  write(0, 10, 20, 30);
  expect(await timesOf({ offset: 2, limit: 2 }, 'descending')).toEqual([10, 0]);
  write(40, 41, 42, 43);
  expect(await timesOf({ offset: 0, limit: 2 }, 'descending')).toEqual([43, 42]);
  expect(await timesOf({ offset: 2, limit: 2 }, 'descending')).toEqual([41, 40]);
  write(50, 51, 25, 26);
  expect(await timesOf({ offset: 4, limit: 1 }, 'descending')).toEqual([41]);
});
