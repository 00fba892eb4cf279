import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTributary } from '../../../src/library/create-tributary.ts';

/**
 * A service whose pages have numbers. Of a log it gives 7 rows for each page, and says neither that nor how many there are. Of the
 * log of the job `same` it gives as many rows as are asked for, and counts them. Its list of jobs has 7 on each page, too.
 */

const COUNT = 60;
const CAP = 7;
const lines = Array.from({ length: COUNT }, (_, index) => ({
  at: new Date(Date.UTC(2026, 1, 27, 22, 0, index >> 1)).toISOString(),
  message: `line ${index}`,
}));
/** All say the same at one instant, and their last page is full. */
const same = Array.from({ length: 40 }, () => ({ at: '2026-02-27T22:00:00Z', message: 'loading' }));
const JOB = { id: 'j', name: 'j', status: 'running' };
/** A log and a list that end before the page whose number is the length of a page. */
const few = lines.slice(0, 20);
const jobs = few.map((_, index) => ({ ...JOB, id: `j${index}`, name: `j${index}` }));

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const capped = pathname.includes('/few') ? few : lines;
  const [all, size] = pathname.includes('/same') ? [same, Number(searchParams.get('limit'))] : [capped, CAP];
  const start = (Number(searchParams.get('page') ?? 1) - 1) * size;
  const rows = searchParams.get('sort') === 'down' ? all.toReversed() : all;
  const count = all === same ? all.length : undefined;
  const items = searchParams.has('page') ? jobs.slice(start, start + size) : [JOB];
  const body = pathname.endsWith('/logs') ? { rows: rows.slice(start, start + size), count } : { items, ...JOB };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const WHOLE = { scheme: 'whole' };

function start(order: unknown, pages: object, listPages: object = WHOLE): ReturnType<typeof createTributary> {
  const { port } = server.address() as AddressInfo;
  const source = {
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${port}`,
    auth: { type: 'none' },
    jobs: {
      list: { path: '/jobs', items: 'items', pagination: listPages },
      one: { path: '/jobs/{job}' },
      key: 'id',
      name: 'name',
      status: 'status',
      statuses: { running: 'RUNNING' },
    },
    logs: {
      path: '/jobs/{job}/logs',
      items: 'rows',
      time: 'at',
      message: 'message',
      order,
      pagination: { scheme: 'page', sizeParameter: 'limit', ...pages },
    },
  };
  return createTributary({ sources: { made: source } } as never);
}

test.each([
  ['oldest first', 'ascending'],
  ['either way', { parameter: 'sort', ascending: 'up', descending: 'down' }],
] as const)('numbered pages that are cut without a word are all read where they come %s', async (_, order) => {
  const tributary = await start(order, { pageSize: 50 });
  const scopes = [{ source: 'made', scope: { job: 'j' } }];
  for (const place of [{ first: COUNT }, { last: COUNT }, { first: COUNT, descending: true }]) {
    const connection = tributary.federation.logs(scopes, place, tributary.context().call);
    const messages = (await connection.nodes()).map(({ message }) => message);
    expect(messages.toSorted()).toEqual(lines.map(({ message }) => message).toSorted());
    expect(await connection.failures()).toEqual([]);
  }
  await tributary.close();
});

test('lines that say the same at one instant are all read where their last page is full', async () => {
  const tributary = await start('ascending', { pageSize: 4, total: 'count' });
  const scopes = [{ source: 'made', scope: { job: 'same' } }];
  for (const place of [{ first: 40 }, { last: 40 }, { last: 13 }]) {
    const connection = tributary.federation.logs(scopes, place, tributary.context().call);
    expect(await connection.nodes()).toHaveLength(place.first ?? place.last);
    expect(await connection.failures()).toEqual([]);
  }
  await tributary.close();
});

test('a source that ignores the size of pages gives all of a log and of a list that are shorter than two pages asked for', async () => {
  const pagination = { scheme: 'page', sizeParameter: 'limit', pageSize: 50 };
  const tributary = await start('ascending', { pageSize: 50 }, pagination);
  const scopes = [{ source: 'made', scope: { job: 'few' } }];
  for (const place of [{ first: COUNT }, { last: COUNT }]) {
    const connection = tributary.federation.logs(scopes, place, tributary.context().call);
    expect(await connection.nodes()).toHaveLength(few.length);
    expect(await connection.failures()).toEqual([]);
  }
  const listed = tributary.federation.jobs({ first: COUNT }, tributary.context().call);
  expect(await listed.nodes()).toHaveLength(jobs.length);
  expect(await listed.failures()).toEqual([]);
  await tributary.close();
});
