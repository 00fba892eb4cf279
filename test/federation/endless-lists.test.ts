import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Job } from '../../src/domain/job.ts';
import type { JobPage } from '../../src/vendors/connector.ts';
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
