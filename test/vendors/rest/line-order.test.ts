import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { createTributary } from '../../../src/library/create-tributary.ts';
import { orderedId } from '../../../src/vendors/rest/description/ordered-id.ts';

/** A service whose clock has seconds, and whose lines have numbers: many lines have the same time. */

const LINES = Array.from({ length: 120 }, (_, index) => ({
  n: index + 1,
  at: 1_767_225_600,
  text: `line ${index + 1}`,
}));
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const skip = Number(searchParams.get('offset') ?? 0);
  const body = pathname.endsWith('/lines') ? { lines: LINES.slice(skip, skip + 50), of: LINES.length } : { id: 'j' };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function textsOf(back: boolean): Promise<readonly string[]> {
  const { port } = server.address() as AddressInfo;
  const counted = {
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${port}`,
    auth: { type: 'none' },
    jobs: {
      list: { path: '/jobs', items: 'jobs', pagination: { scheme: 'whole' } },
      one: { path: '/jobs/{job}' },
      key: 'id',
    },
    logs: {
      path: '/jobs/{job}/lines',
      items: 'lines',
      id: 'n',
      time: 'at',
      timeFormat: 'seconds',
      message: 'text',
      order: 'ascending',
      pagination: { scheme: 'offset', pageSize: 50, total: 'of' },
    },
  };
  const tributary = await createTributary({ sources: { counted } } as never);
  const found: string[] = [];
  try {
    for (let cursor: string | null = null, pages = 0; pages < 20; pages += 1) {
      const place = back ? { last: 33, before: cursor } : { first: 33, after: cursor };
      const scopes = [{ source: 'counted', scope: { job: 'j' } }];
      const connection = tributary.federation.logs(scopes, place, createCall());
      const texts = (await connection.nodes()).map(({ message }) => message);
      if (back) found.unshift(...texts);
      else found.push(...texts);
      const info = await connection.pageInfo();
      if (!(back ? info.hasPreviousPage : info.hasNextPage)) return found;
      cursor = back ? info.startCursor : info.endCursor;
    }
    throw new Error('It does not end.');
  } finally {
    await tributary.close();
  }
}

test.each([{ back: false }, { back: true }])(
  'lines of one time stand in the order of their numbers (backward: $back)',
  async ({ back }) => {
    expect(await textsOf(back)).toEqual(LINES.map(({ text }) => text));
  },
);

test('ids that are numbers are ordered as numbers', () => {
  const number = fc.bigInt({ min: 0n, max: 10n ** 30n });
  fc.assert(
    fc.property(number, number, (one, other) => {
      expect(orderedId(String(one)) < orderedId(String(other))).toBe(one < other);
    }),
  );
});

test('different ids stay different', () => {
  const part = fc.constantFrom('0', '7', '07', '10', ':', '~', '01:', 'a');
  const id = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(orderedId(one) === orderedId(other)).toBe(one === other);
    }),
  );
});
