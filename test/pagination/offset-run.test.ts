import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { ShownSigns } from '../../src/pagination/core/page-end.ts';
import { readRun } from '../../src/pagination/offset/run.ts';

const LIMIT = 6;

interface Page {
  readonly keys: readonly string[];
}

/** Reads the page at an offset of a list that is newest first and not counted; `write` is called after each call. */
async function readPage(list: string[], offset: number, write: (call: number) => void, cap = LIMIT) {
  let calls = 0;
  const run = await readRun<Page>({
    source: 'one',
    call: createCall(),
    offset,
    shown: new ShownSigns(),
    want: () => LIMIT,
    fetch: (from, limit) => {
      calls += 1;
      const keys = list.slice(from, from + Math.min(limit, cap));
      write(calls);
      return Promise.resolve({ keys });
    },
    look: ({ keys }) => ({ keys, total: null, limit: null }),
  });
  return { keys: run.pages.flatMap(({ keys }) => keys), more: run.more, calls };
}

test.each([1, 2, 5, 8])(
  'the end of a list is found while rows are written before it by each of %i calls',
  async (writes) => {
    const list = ['b', 'a'];
    const write = (call: number): void => {
      if (call <= writes) list.unshift(`new ${call}`);
    };
    const { keys, more } = await readPage(list, 0, write);
    expect(keys.slice(-2)).toEqual(['b', 'a']);
    expect(new Set(keys).size).toBe(keys.length);
    if (keys.length < LIMIT) expect(more).toBe(false);
  },
);

test('no row comes twice if rows are written while a page is assembled from shorter ones', async () => {
  const list = ['h', 'g', 'f', 'e', 'd', 'c', 'b', 'a'];
  const write = (call: number): void => {
    if (call === 1) list.unshift('i');
  };
  const { keys } = await readPage(list, 0, write, 4);
  expect(keys).toHaveLength(LIMIT);
  expect(new Set(keys).size).toBe(LIMIT);
});

test('a source that gives the same rows for every offset is noticed within a few calls', async () => {
  let calls = 0;
  const reading = readRun<Page>({
    source: 'one',
    call: createCall(),
    offset: 0,
    shown: new ShownSigns(),
    want: () => LIMIT,
    fetch: () => {
      calls += 1;
      return Promise.resolve({ keys: ['b', 'a'] });
    },
    look: ({ keys }) => ({ keys, total: null, limit: null }),
  });
  await expect(reading).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  expect(calls).toBeLessThanOrEqual(4);
});

test('a list whose rows move before each call is given up after a bounded number of calls', async () => {
  const list = ['a'];
  let calls = 0;
  const write = (): void => {
    calls += 1;
    list.unshift(`new ${calls}`);
  };
  await expect(readPage(list, 0, write, 1)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(calls).toBeLessThanOrEqual(64);
});
