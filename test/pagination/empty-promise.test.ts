import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { EmptyPromise } from '../../src/pagination/core/empty-promise.ts';
import type { Partition } from '../../src/pagination/core/partition.ts';

const EMPTY: Partition<never> = {
  key: '',
  // eslint-disable-next-line @typescript-eslint/require-await
  async *read() {
    yield { rows: [], more: false, pages: 1 };
  },
  count: () => Promise.resolve(0),
};

async function notes(page: Parameters<EmptyPromise['see']>[0]): Promise<unknown[]> {
  const promise = new EmptyPromise();
  promise.see(page);
  const said: unknown[] = [];
  const request = { direction: 'forward', from: null, hint: null, until: null, need: 1 } as const;
  for await (const batch of promise.checked(EMPTY).read(request, createCall())) said.push(batch.truncated ?? null);
  return said;
}

test.each([[{ count: 0, total: 50 }], [{ count: 0, total: 50, more: false }], [{ count: 0, total: null, more: true }]])(
  'a first page %j is reported as too short',
  async (page) => {
    expect(await notes(page)).toEqual([null, 'its list ends before its own count does']);
  },
);

test.each([
  [{ count: 0, total: 0 }],
  [{ count: 0, total: null }],
  [{ count: 0, total: 0, more: true }],
  [{ count: 1, total: 50 }],
])('a first page %j is not reported as too short', async (page) => {
  expect(await notes(page)).toEqual([null]);
});
