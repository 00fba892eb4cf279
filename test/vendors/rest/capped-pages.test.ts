import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTributary } from '../../../src/library/create-tributary.ts';

/** A service whose pages have numbers, which gives 7 rows for each page and says neither that nor how many there are. */

const COUNT = 60;
const CAP = 7;
const lines = Array.from({ length: COUNT }, (_, index) => ({
  at: new Date(Date.UTC(2026, 1, 27, 22, 0, index >> 1)).toISOString(),
  message: `line ${index}`,
}));
const JOB = { id: 'j', name: 'j', status: 'running' };

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const start = (Number(searchParams.get('page') ?? 1) - 1) * CAP;
  const rows = searchParams.get('sort') === 'down' ? lines.toReversed() : lines;
  const body = pathname.endsWith('/logs') ? { rows: rows.slice(start, start + CAP) } : { items: [JOB], ...JOB };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['oldest first', 'ascending'],
  ['either way', { parameter: 'sort', ascending: 'up', descending: 'down' }],
] as const)('numbered pages that are cut without a word are all read where they come %s', async (_, order) => {
  const { port } = server.address() as AddressInfo;
  const source = {
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${port}`,
    auth: { type: 'none' },
    jobs: {
      list: { path: '/jobs', items: 'items', pagination: { scheme: 'whole' } },
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
      pagination: { scheme: 'page', sizeParameter: 'limit', pageSize: 50 },
    },
  };
  const tributary = await createTributary({ sources: { made: source } } as never);
  const scopes = [{ source: 'made', scope: { job: 'j' } }];
  for (const place of [{ first: COUNT }, { last: COUNT }, { first: COUNT, descending: true }]) {
    const connection = tributary.federation.logs(scopes, place, tributary.context().call);
    const messages = (await connection.nodes()).map(({ message }) => message);
    expect(messages.toSorted()).toEqual(lines.map(({ message }) => message).toSorted());
    expect(await connection.failures()).toEqual([]);
  }
  await tributary.close();
});
