import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { endless, REPEATS } from '../../src/pagination/core/page-guard.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Job } from '../../src/domain/job.ts';
import type { JobPage } from '../../src/vendors/connector.ts';
import { refusedPartition } from '../../src/vendors/shared/refused-partition.ts';
import { fakeSource } from './fake-sources.ts';

const job = (key: string): Job => ({
  source: 'a',
  key,
  name: key,
  status: 'RUNNING',
  nativeStatus: null,
  createdAt: null,
  startedAt: null,
  finishedAt: null,
  attributes: null,
});

const FIRST = Array.from({ length: 10 }, (_, index) => job(`j${index}`));

/** Lists that are wrong about where they end, and their jobs. */
const LISTS: Readonly<Record<string, (page: number) => JobPage>> = {
  'gives its first page again and again': () => ({ jobs: FIRST, more: true, total: null, filtered: true }),
  'gives its first page again and again, and counts too many': () => ({
    jobs: FIRST,
    more: true,
    total: 99_990,
    filtered: true,
  }),
  'promises pages that are empty': (page) => ({
    jobs: page === 0 ? FIRST.slice(0, 3) : [],
    more: page < 998,
    total: 9_990,
    filtered: true,
  }),
};

test.each(
  Object.keys(LISTS).flatMap((name) => [
    { name, args: { first: 50 } },
    { name, args: { last: 5 } },
    { name, args: { first: 50, filter: { nameContains: 'j' } } },
    { name, args: { last: 50, filter: { nameContains: 'no such job' } } },
  ]),
)('a list of jobs that $name costs a bounded number of calls and is reported ($args)', async ({ name, args }) => {
  let calls = 0;
  const source = fakeSource('a', {});
  const connector = {
    ...source.connector,
    jobLists: [
      {
        key: '',
        pageSize: 10,
        isNewestFirst: () => true,
        page: (page: number) => {
          calls += 1;
          return Promise.resolve(LISTS[name]!(page));
        },
      },
    ],
  };
  const federation = createFederation([{ ...source, connector }]);
  const connection = federation.jobs({ ...args, listFailures: true }, createCall());
  const keys = (await connection.nodes()).map(({ key }) => key);
  const { hasNextPage, hasPreviousPage } = await connection.pageInfo();
  const failures = await connection.failures();
  // Either the failure is reported, or a residual filter has read its share of pages.
  const isBounded = 'filter' in args && (hasNextPage || hasPreviousPage);
  expect(failures.map(({ code }) => code)).toEqual(isBounded && failures.length === 0 ? [] : ['SOURCE_BAD_RESPONSE']);
  expect(calls).toBeLessThanOrEqual(25);
  if ('first' in args) expect(keys).toEqual(expect.arrayContaining(['j0', 'j1', 'j2']));
  await federation.close();
});

test.each(['first', 'last'] as const)(
  'a merge with a log that contradicts itself for ever ends, and each page reports the log (%s)',
  async (side) => {
    const failing = fakeSource('failing', {});
    const broken = endless('failing', REPEATS);
    const logs = () => Promise.resolve({ partitions: [refusedPartition('', broken)], applied: [] });
    const empty = fakeSource('empty', { job: [] });
    const federation = createFederation([{ ...failing, connector: { ...failing.connector, logs } }, empty]);
    const scopes = ['failing', 'empty'].map((source) => ({ source, scope: { job: 'job' } }));
    const pages: string[][] = [];
    for (let cursor: string | null = null; pages.length < 5;) {
      const args = side === 'first' ? { first: 5, after: cursor } : { last: 5, before: cursor };
      const connection = federation.logs(scopes, { ...args, listFailures: true }, createCall());
      expect(await connection.nodes()).toEqual([]);
      pages.push((await connection.failures()).map(({ code }) => code));
      const info = await connection.pageInfo();
      if (!(side === 'first' ? info.hasNextPage : info.hasPreviousPage)) break;
      cursor = (side === 'first' ? info.endCursor : info.startCursor) ?? cursor;
    }
    expect(pages).toEqual([['SOURCE_BAD_RESPONSE'], ['SOURCE_BAD_RESPONSE']]);
    await federation.close();
  },
);

test('a page of a merge with nothing but an answer that was cut has more, because the next may be whole', async () => {
  const failing = fakeSource('failing', {});
  const cut = new TributaryError('SOURCE_BAD_RESPONSE', 'failing: expected JSON.', { source: 'failing' });
  const logs = () => Promise.resolve({ partitions: [refusedPartition('', cut)], applied: [] });
  const federation = createFederation([{ ...failing, connector: { ...failing.connector, logs } }]);
  const scopes = [{ source: 'failing', scope: { job: 'job' } }];
  let cursor: string | null = null;
  for (let page = 0; page < 3; page += 1) {
    const connection = federation.logs(scopes, { first: 5, after: cursor, listFailures: true }, createCall());
    const info = await connection.pageInfo();
    expect(info.hasNextPage).toBe(true);
    cursor = info.endCursor ?? cursor;
  }
  await federation.close();
});
