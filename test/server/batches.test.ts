import { expect, test } from 'vitest';
import { start } from './start.ts';
import type { TestServer } from './start.ts';

const NAMES = { query: '{ sources { name } }' };
const ONE = { query: 'query ($name: String!) { source(name: $name) { name } }' };

async function send(
  { url }: TestServer,
  operations: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly answers: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operations),
  });
  return { status: response.status, headers: response.headers, answers: await response.json() };
}

test('several queries in one request are answered in their order, and one that fails alone', async () => {
  const server = await start(undefined, { batching: 5 });
  const named = ['up', 'down'].map((name) => ({ ...ONE, variables: { name } }));
  const { status, answers } = await send(server, [...named, { query: '{ nonsense }' }, NAMES]);
  expect(status).toBe(200);
  expect(answers).toMatchObject([
    { data: { source: { name: 'up' } } },
    { data: { source: { name: 'down' } } },
    { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    { data: { sources: [{ name: 'up' }, { name: 'down' }] } },
  ]);
});

test.each([
  ['none', 0],
  ['more than may come', 3],
])('a list of operations with %s is refused', async (_what, count) => {
  const server = await start(undefined, { batching: 2 });
  const { status, answers } = await send(
    server,
    Array.from({ length: count }, () => NAMES),
  );
  expect(status).toBe(400);
  expect(answers).toHaveProperty('errors');
});

test('a list is refused unless it is asked for in the configuration', async () => {
  const { status, answers } = await send(await start(), [NAMES]);
  expect([status, JSON.stringify(answers)]).toEqual([400, expect.stringContaining('not supported') as string]);
});

test('each query of a list counts in the limits of its caller, and what was counted ends with the request', async () => {
  const limits = { trustProxy: ['127.0.0.1'], clientLimits: { operations: 3, requestsPerSecond: 1_000 } };
  const server = await start(undefined, { batching: 10, ...limits });
  const caller = { 'x-forwarded-for': '203.0.113.7' };
  const refused = await send(server, [NAMES, NAMES, NAMES, NAMES], caller);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  for (let round = 0; round < 4; round += 1) {
    await expect.poll(async () => (await send(server, [NAMES, NAMES, NAMES], caller)).status).toBe(200);
  }
});

test('a subscription is not taken in a list', async () => {
  const server = await start(undefined, { batching: 2 });
  const { answers } = await send(server, [{ query: 'subscription { logEntries(jobs: ["x"]) { __typename } }' }, NAMES]);
  expect(answers).toMatchObject([
    { errors: [{ message: 'A subscription has a request of its own.', extensions: { code: 'BAD_USER_INPUT' } }] },
    { data: { sources: [{ name: 'up' }, { name: 'down' }] } },
  ]);
});

test.each([
  ['multipart/mixed'],
  ['multipart/mixed;deferSpec=20220824, application/json'],
  ['text/event-stream'],
  ['*/*'],
])('a list is answered in one JSON also to a client that takes %s, with all that is deferred', async (accept) => {
  const server = await start(undefined, { batching: 2 });
  const deferred = { query: '{ sources { ... @defer { name } } }' };
  const { status, headers, answers } = await send(server, [deferred, NAMES], { accept });
  expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('application/json') as string]);
  const whole = { data: { sources: [{ name: 'up' }, { name: 'down' }] } };
  expect(answers).toEqual([whole, whole]);
});
