import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TributaryError } from '../../src/domain/errors.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { liveFederation } from './live-tail.ts';
import { start } from './start.ts';
import type { Answer } from './start.ts';

const ID = encodeNodeId('Job', 'up', 'a');
const TAIL = `subscription { logEntries(jobs: ["${ID}"]) {
  __typename ... on LogBatch { edges { node { message } } } ... on LogStreamEnd { reason }
} }`;

const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

function connect(url: string, connectionParams: Record<string, unknown> = {}): Client {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  clients.push(client);
  return client;
}

function line(number: number) {
  return { data: { logEntries: { __typename: 'LogBatch', edges: [{ node: { message: `line ${number}` } }] } } };
}

describe('graphql-transport-ws', () => {
  test('delivers lines as they arrive to every subscriber, and ends the tail of a subscriber that leaves', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const client = connect(server.url);
    const one = client.iterate({ query: TAIL });
    const two = client.iterate({ query: TAIL });
    const first = [one.next(), two.next()];
    await live.listening(2);
    live.line(1);
    expect(await Promise.all(first)).toEqual([
      { done: false, value: line(1) },
      { done: false, value: line(1) },
    ]);
    await one.return?.();
    await live.listening(1);
    live.line(2);
    expect(await two.next()).toEqual({ done: false, value: line(2) });
    expect(server.log).toEqual([]);
  });

  test('ends the tails of a client whose connection breaks', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init' }));
    });
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: TAIL } }));
    });
    await live.listening(1);
    socket.terminate();
    await live.listening(0);
    expect(server.log).toEqual([]);
  });

  test.each(['query', 'subscription'])('answers a %s with a wrong variable without an HTTP status', async (type) => {
    const server = await start();
    const field = type === 'query' ? 'logs(jobs: [], filter: $filter)' : 'logEntries(jobs: [], filter: $filter)';
    const query = `${type} ($filter: LogFilter) { ${field} { __typename } }`;
    const answer = await connect(server.url)
      .iterate({ query, variables: { filter: { nothing: 1 } } })
      .next();
    expect(answer.value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(JSON.stringify(answer.value)).not.toContain('http');
  });

  test('answers queries, too, with the authorization of the connection', async () => {
    const seen: (string | null)[] = [];
    const inner = fakeFederation();
    const server = await start(
      fakeFederation({
        job: (ref, call) => {
          seen.push(call.authorization);
          return inner.job(ref, call);
        },
      }),
    );
    const client = connect(server.url, { Authorization: 'Bearer me' });
    const answer = await client.iterate({ query: '{ job(source: "up", key: "a") { name } }' }).next();
    expect(answer.value).toEqual({ data: { job: { name: 'Job a' } } });
    expect(seen).toEqual(['Bearer me']);
  });

  test.each([
    ['a query that does not parse', '{ sources', 'BAD_USER_INPUT'],
    ['a field that does not exist', '{ sauces }', 'BAD_USER_INPUT'],
    ['an id that is none', 'subscription { logEntries(jobs: ["forged"]) { __typename } }', 'BAD_USER_INPUT'],
    ['a query that is too big', '{ jobs(first: 1000000) { nodes { id } } }', 'QUERY_TOO_COMPLEX'],
    ['a query that is too deep', `${'{ node(id: "") '.repeat(21)}{ id }${'}'.repeat(21)}`, 'QUERY_TOO_COMPLEX'],
    ['a source that is down', '{ job(source: "down", key: "a") { name } }', 'SOURCE_UNAVAILABLE'],
  ])('reports what is wrong with %s', async (_what, query, code) => {
    const server = await start();
    const answer: unknown = await connect(server.url)
      .iterate({ query })
      .next()
      .then(
        ({ value }) => (value as Answer).errors,
        (errors: unknown) => errors,
      );
    expect((answer as Answer['errors'])?.[0]?.extensions).toMatchObject({ code });
    expect(JSON.stringify(answer)).not.toContain('"http"');
    expect(server.log).toEqual([]);
  });

  test('reports a broken tail like any other fault, without details, and ends', async () => {
    const tail = async function* () {
      await Promise.reject(new Error('GET https://up.example.com failed'));
      yield* [];
    };
    const server = await start(fakeFederation({ tail }));
    const answer: unknown = await connect(server.url)
      .iterate({ query: TAIL })
      .next()
      .catch((errors: unknown) => errors);
    expect(answer).toMatchObject([{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(server.log).toHaveLength(1);
  });

  test('says of an error that ends a stream all that it says over HTTP, and counts it once', async () => {
    const details = { source: 'up', retryAfterSeconds: 7 };
    const federation = fakeFederation();
    federation.tail = async function* fail() {
      await Promise.resolve();
      yield* [];
      throw new TributaryError('SOURCE_RATE_LIMITED', 'up: too many calls.', details);
    };
    const server = await start(federation);
    const answer: unknown = await connect(server.url)
      .iterate({ query: TAIL })
      .next()
      .catch((errors: unknown) => errors);
    expect(answer).toMatchObject([{ extensions: { code: 'SOURCE_RATE_LIMITED', ...details } }]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tributary_graphql_errors_total{code="SOURCE_RATE_LIMITED"} 1\n');
  });

  test('ends its subscribers with a reason when the server shuts down', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const events = connect(server.url).iterate({ query: TAIL });
    const first = events.next();
    await live.listening(1);
    const closed = server.close();
    expect(await first).toEqual({
      done: false,
      value: { data: { logEntries: { __typename: 'LogStreamEnd', reason: 'SERVER_SHUTDOWN' } } },
    });
    await closed;
  });

  test.each([
    ['a page of another origin', '/graphql', { origin: 'https://evil.example.com' }],
    ['another path', '/other', {}],
  ])('refuses %s', async (_what, path, headers) => {
    const server = await start();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
    const error = await new Promise((resolve) => socket.once('error', resolve));
    expect(String(error)).toContain('403');
  });

  test.each([
    ['our own pages', undefined],
    ['pages that were named', 'https://dashboard.example.com'],
  ])('accepts %s', async (_what, named) => {
    const server = await start(undefined, { allowedOrigins: named === undefined ? [] : [named] });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { origin: named ?? server.url },
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.close();
  });
});
