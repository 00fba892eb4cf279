import { expect, test } from 'vitest';
import { ListedFirst } from '../../src/vendors/shared/listed-first.ts';
import type { ListedPage } from '../../src/vendors/shared/listed-first.ts';

const SIZE = 10;

/** A list of these keys in pages of ten, and the pages that were requested. */
function listOf(keys: readonly string[], said: Partial<ListedPage<string>> = {}) {
  const asked: number[] = [];
  const fetch = (index: number): Promise<ListedPage<string>> => {
    asked.push(index);
    const rows = keys.slice(index * SIZE, (index + 1) * SIZE).map((key) => [key, `row ${key}`] as const);
    return Promise.resolve({ rows, size: SIZE, total: keys.length, more: null, ...said });
  };
  return { asked, fetch };
}

const keysTo = (end: number): string[] => Array.from({ length: end }, (_, index) => `k${index}`);

test('a search by list reads further pages only if that costs less than reading the missing rows alone', async () => {
  const near = listOf(keysTo(30));
  expect([...(await new ListedFirst<string>().find(keysTo(30), near.fetch)).keys()]).toEqual(keysTo(30));
  expect(near.asked).toEqual([0, 1, 2]);
  const far = listOf(keysTo(1_000));
  expect((await new ListedFirst<string>().find(keysTo(30), far.fetch)).size).toBe(10);
  expect(far.asked).toEqual([0]);
  const uncounted = listOf(keysTo(30), { total: null });
  await new ListedFirst<string>().find(keysTo(30), uncounted.fetch);
  expect(uncounted.asked).toEqual([0]);
});

test('a search by list requests no page for two rows', async () => {
  const { asked, fetch } = listOf(keysTo(5));
  expect((await new ListedFirst<string>().find(['k0', 'k1'], fetch)).size).toBe(0);
  expect(asked).toEqual([]);
});

test('a search by list avoids a list for longer each time while it saves no calls', async () => {
  const list = new ListedFirst<string>();
  const { asked, fetch } = listOf(keysTo(5));
  const requested: number[] = [];
  for (let search = 0; search < 200; search += 1) {
    await list.find(['x', 'y', 'z'], fetch);
    if (asked.splice(0).length > 0) requested.push(search);
  }
  expect(requested).toEqual([0, 2, 5, 10, 19, 36, 69, 134, 199]);
  const fresh = new ListedFirst<string>();
  await fresh.find(['x', 'y', 'z'], () => Promise.reject(new Error('Refused.')));
  expect((await fresh.find(keysTo(3), fetch)).size).toBe(0);
  expect((await fresh.find(keysTo(3), fetch)).size).toBe(3);
  expect((await fresh.find(keysTo(3), fetch)).size).toBe(3);
});

test('a search by list does not use a row whose key is on a page twice', async () => {
  const { fetch } = listOf(['a', 'b', 'a', 'c']);
  expect([...(await new ListedFirst<string>().find(['a', 'b', 'c'], fetch)).keys()]).toEqual(['b', 'c']);
});
