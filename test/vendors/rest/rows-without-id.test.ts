import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTributary } from '../../../src/library/create-tributary.ts';

/** A service that gives a row or two on each page. Rows 4, 5 and 8 have no id. */

const COUNT = 12;
const NAMELESS = [4, 5, 8];
const rows = Array.from({ length: COUNT }, (_, index) => ({
  id: NAMELESS.includes(index) ? null : `row-${index + 100}`,
  at: new Date(Date.UTC(2026, 1, 27, 22, index)).toISOString(),
  message: `line ${index}`,
}));
const JOB = { id: 'j', name: 'j', status: 'running' };

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const numberOf = (name: string): number => Number(searchParams.get(name) ?? 0);
  const size = numberOf('limit');
  const start = searchParams.has('page') ? (numberOf('page') - 1) * size : numberOf('skip') || numberOf('token');
  const end = start + size;
  const page = { rows: rows.slice(start, end), next: end < COUNT ? String(end) : null, count: COUNT };
  const body = pathname.endsWith('/logs') ? page : { items: [JOB], ...JOB };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const SCHEMES = {
  page: { scheme: 'page', parameter: 'page', total: 'count' },
  offset: { scheme: 'offset', parameter: 'skip', total: 'count' },
  token: { scheme: 'token', parameter: 'token', next: 'next' },
} as const;

function start(scheme: keyof typeof SCHEMES, pageSize: number): ReturnType<typeof createTributary> {
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
      id: 'id',
      time: 'at',
      message: 'message',
      order: 'ascending',
      pagination: { ...SCHEMES[scheme], sizeParameter: 'limit', pageSize },
    },
  };
  return createTributary({ sources: { made: source } } as never);
}

const scopes = [{ source: 'made', scope: { job: 'j' } }];

test.each(Object.keys(SCHEMES).flatMap((scheme) => [1, 2].map((pageSize) => ({ scheme: scheme as 'page', pageSize }))))(
  'pages of $pageSize by $scheme: rows without an id are counted, and hide no other row where no row beside them can be read',
  async ({ scheme, pageSize }) => {
    const tributary = await start(scheme, pageSize);
    for (const place of [{ first: 100 }, { last: 100 }, { first: 100, descending: true }]) {
      const connection = tributary.federation.logs(scopes, { ...place, listFailures: true }, tributary.context().call);
      const messages = (await connection.nodes()).map(({ message }) => message);
      const others = rows.filter(({ id }) => id !== null).map(({ message }) => message);
      expect(messages).toEqual('descending' in place ? others.toReversed() : others);
      expect(await connection.failures()).toMatchObject([
        { code: 'SOURCE_BAD_RESPONSE', message: expect.stringContaining('3 rows could not be read') as string },
      ]);
    }
    await tributary.close();
  },
);
