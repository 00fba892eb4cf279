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
  return notesOf(promise);
}

async function notesOf(promise: EmptyPromise): Promise<unknown[]> {
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

test('an empty page behind others, where the count goes further, is reported although the first page is read again', async () => {
  const promise = new EmptyPromise();
  promise.seeBehind({ count: 0, total: 8, start: 5 });
  promise.see({ count: 1, total: 8 });
  expect(await notesOf(promise)).toEqual([null, 'its list ends before its own count does']);
  expect(await notesOf(promise)).toEqual([null]);
});

test('an empty page behind others is not reported if it has rows when it is read again, or is the end', async () => {
  const promise = new EmptyPromise();
  promise.seeBehind({ count: 0, total: 8, start: 5 });
  promise.seeBehind({ count: 3, total: 8, start: 5 });
  promise.seeBehind({ count: 0, total: 8, start: 8 });
  expect(await notesOf(promise)).toEqual([null]);
});
