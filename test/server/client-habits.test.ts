import { createClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { checkPageArguments } from '../../src/federation/arguments.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { start } from './start.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const HASHED = { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } };
const TAIL = `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { __typename } }`;

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as { data?: unknown; errors?: { message: string }[] },
  };
}

describe('persisted queries', () => {
  test.each(['application/json', 'application/graphql-response+json', '*/*'])(
    'are refused with the message that makes client links fall back, for %s',
    async (accept) => {
      const server = await start();
      const { status, body } = await post(server.url, { operationName: null, variables: {}, ...HASHED }, { accept });
      const error = { message: 'PersistedQueryNotSupported', extensions: { code: 'BAD_USER_INPUT' } };
      expect({ status, errors: body.errors }).toEqual({ status: 200, errors: [error] });
      const extensions = encodeURIComponent(JSON.stringify(HASHED.extensions));
      const response = await fetch(`${server.url}/graphql?extensions=${extensions}`, { headers: { accept } });
      expect([response.status, await response.json()]).toEqual([200, { errors: [error] }]);
      expect(server.log).toEqual([]);
    },
  );

  test.each([{}, { extensions: null }, { extensions: {} }, { query: null, extensions: null }])(
    'are not mentioned to a request without a query: %j',
    async (body) => {
      const server = await start();
      const answer = await post(server.url, body);
      expect([answer.status, answer.body.errors?.[0]?.message]).toEqual([400, 'Must provide query string.']);
      expect(server.log).toEqual([]);
    },
  );

  test('are answered if the request also has the query', async () => {
    const server = await start();
    const { body } = await post(server.url, { query: '{ __typename }', ...HASHED });
    expect(body).toEqual({ data: { __typename: 'Query' } });
  });
});

test('a subscription whose client takes no stream gets the list of transports', async () => {
  const server = await start();
  const { status, body } = await post(server.url, { query: TAIL }, { accept: 'application/json' });
  expect(status).toBe(406);
  expect(body.errors?.[0]?.message).toMatch(/text\/event-stream.*WebSocket.*graphql-transport-ws/);
  // Nothing of it is left open.
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('tributary_graphql_subscriptions 0');

  const client = createClient({ url: `${server.url}/graphql`, fetchFn: fetch, retryAttempts: 0 });
  const events = client.iterate({ query: TAIL });
  expect(await events.next()).toMatchObject({ done: true });
});

test('several operations in one request are refused with words that help', async () => {
  const server = await start();
  const { status, body } = await post(server.url, [{ query: '{ __typename }' }]);
  expect(status).toBe(400);
  expect(body.errors?.[0]?.message).toContain('HttpLink instead of BatchHttpLink');
});

test('a body of another type is refused with words that help', async () => {
  const server = await start();
  const { status, body } = await post(server.url, { query: '{ __typename }' }, { 'content-type': 'text/plain' });
  expect(status).toBe(415);
  expect(body.errors?.[0]?.message).toContain('Content-Type: application/json');
});

describe('a CORS preflight', () => {
  const ask = (url: string, origin: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  test.each([[[]], [['https://dashboard.example.com']]])(
    'from a page that is not among %j is answered with a hint at the configuration',
    async (allowedOrigins) => {
      const server = await start(undefined, { allowedOrigins });
      const response = await ask(server.url, 'https://app.example.com');
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('server.allowedOrigins');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(server.log[0]).toContain('https://app.example.com');
    },
  );

  test('from a page that was named is granted', async () => {
    const server = await start(undefined, { allowedOrigins: ['https://app.example.com'] });
    const response = await ask(server.url, 'https://app.example.com');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });
});

test.each([['graphql-ws'], ['mqtt']])('a WebSocket with the subprotocol %s is closed with words', async (protocol) => {
  const server = await start();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, protocol);
  const closed = await new Promise((resolve, reject) => {
    socket.once('close', (code, reason) => {
      resolve([code, reason.toString()]);
    });
    socket.once('error', reject);
  });
  expect(closed).toEqual([4406, expect.stringContaining('graphql-transport-ws')]);
});

test('an empty cursor counts as no cursor', () => {
  const page = checkPageArguments({ first: 1, after: '', before: '' }, 10);
  expect(page).toEqual({ size: 1, side: 'first', after: null, before: null });
});
