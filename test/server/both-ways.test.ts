/** An ordinary query is answered without yoga's Fetch request and response. Clients see no difference. */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { HeldBytes } from '../../src/domain/held-bytes.ts';
import { createCall } from '../../src/domain/call.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { createEndpoint } from '../../src/server/graphql/endpoint.ts';
import type { Yoga } from '../../src/server/graphql/graphql.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { fakeConnection, fakeEntry, fakeFederation, fakeJob } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

interface Sent {
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true });
afterAll(() => {
  agent.destroy();
});

async function ask(url: string, { body, headers = {}, path = '/graphql' }: Sent): Promise<Answer> {
  const asking = request(`${url}${path}`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'x-request-id': 'one', ...headers },
  });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { date: _, ...shown } = response.headers;
  return { status: response.statusCode, headers: shown, body: Buffer.concat(chunks).toString('base64') };
}

const lines = (count: number, message: string) => ({
  ...fakeConnection(
    Array.from({ length: count }, (_, n) => fakeEntry({ source: 'up', key: 'a' }, n, { message: `${n} ${message}` })),
  ),
  isComplete: () => Promise.resolve(true),
  failures: () => Promise.resolve([]),
});

const federation = fakeFederation({
  job: ({ source, key }) => {
    if (key === 'bad') return Promise.reject(new Error('a fault of ours'));
    if (key === 'down') return Promise.reject(new TributaryError('SOURCE_UNAVAILABLE', 'It is down.', { source }));
    return Promise.resolve(key === 'none' ? null : fakeJob(source, key));
  },
  logs: ([scope]) =>
    scope?.scope.job === 'long' ? lines(20, 'é😀 '.repeat(10_000)) : lines(30, 'a\ud83d "text" \u001b[31m'),
});

const query = (text: string, more: object = {}): string => JSON.stringify({ query: text, ...more });
const job = (key: string, fields: string): string => `job(source: "up", key: "${key}") { ${fields} }`;

const BODIES: Readonly<Record<string, string | Buffer>> = {
  'a query': query('{ __typename }'),
  lines: query(`{ ${job('a', 'key logs { edges { cursor node { message timestamp } } pageInfo { endCursor } }')} }`),
  'long lines': query(`{ ${job('long', 'key logs { nodes { message } }')} }`),
  'long lines and an error': query(`{ ${job('long', 'logs { nodes { message } }')} no: node(id: "x") { id } }`),
  'a job that is not there': query(`{ ${job('none', 'name')} }`),
  'a fault of ours': query(`{ a: ${job('bad', 'name')} b: ${job('a', 'name')} }`),
  'a source that is down': query(`{ ${job('down', 'name')} }`),
  'an error at the root': query('{ jobs(first: -1) { nodes { key } } }'),
  variables: query('query Q($key: ID!) { job(source: "up", key: $key) { key } }', { variables: { key: 'é\ud83d😀' } }),
  'a missing variable': query('query Q($key: ID!) { job(source: "up", key: $key) { key } }'),
  'a variable of another type': query('query Q($n: Int) { jobs(first: $n) { nodes { key } } }', {
    variables: { n: 'x' },
  }),
  'one of two operations': query('query A { __typename } query B { sources { name } }', { operationName: 'B' }),
  'neither of two operations': query('query A { __typename } query B { sources { name } }'),
  'an operation that is not there': query('query A { __typename }', { operationName: 'C' }),
  'an empty name': query('{ __typename }', { operationName: '' }),
  'a name that is no text': query('{ __typename }', { operationName: 3 }),
  nulls: query('{ __typename }', { variables: null, operationName: null, extensions: null }),
  'an extension': query('{ __typename }', { extensions: { client: 'x' } }),
  'a persisted query': query('{ __typename }', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
  'an id': query('{ __typename }', { documentId: 'x' }),
  'another parameter': query('{ __typename }', { more: 1 }),
  'variables that are a list': query('{ __typename }', { variables: [] }),
  'extensions that are a text': query('{ __typename }', { extensions: 'x' }),
  'no query': '{}',
  'an empty query': query(''),
  'a query that is a number': '{"query":1}',
  'a text that does not parse': query('{ __typename'),
  'a field that is not there': query('{ nothing }'),
  'too deep': query(`{ ${'a { '.repeat(250)} b ${' }'.repeat(250)} }`),
  'too many aliases': query(`{ ${Array.from({ length: 150 }, (_, n) => `a${n}: __typename`).join(' ')} }`),
  'too expensive': query('{ jobs(first: 1000) { nodes { logs(first: 1000) { nodes { message } } } } }'),
  'a mutation': query('mutation { a }'),
  'a subscription': query(`subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { __typename } }`),
  'a deferred fragment': query(`{ ${job('a', 'key ... @defer { name }')} }`),
  'the schema': query('{ __schema { queryType { name } } }'),
  'a list': `[${query('{ __typename }')}]`,
  null: 'null',
  'a text': '"x"',
  'no JSON': '{"query":',
  'a byte order mark': Buffer.from(`\ufeff${query('{ __typename }')}`),
  'bytes that are not UTF-8': Buffer.concat([
    Buffer.from('{"query":"{ a: __typename #'),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]),
  'half of a surrogate pair': '{"query":"{ node(id: \\"\\ud83d\\") { id } }"}',
  nothing: '',
};

const ACCEPTS = [
  'application/json',
  'application/graphql-response+json, application/json;q=0.9',
  '*/*',
  'text/event-stream, application/json',
  'application/json;q=0, application/graphql-response+json',
  'application/json; charset=latin1',
  'text/html',
];

/** What is asked for with each of these headers; anything else with the first two. */
const SEVERAL = new Set([
  'a query',
  'long lines',
  'a fault of ours',
  'a subscription',
  'a deferred fragment',
  'a mutation',
]);

const HEADERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no content type': { 'content-type': '' },
  'a charset': { 'content-type': 'application/json; charset=utf-8' },
  'another charset': { 'content-type': 'application/json;charset=utf-16' },
  'a type of GraphQL': { 'content-type': 'application/graphql' },
  'a form': { 'content-type': 'text/plain' },
  'a page of another origin': { origin: 'https://evil.example.com' },
  'an allowed page': { origin: 'https://pages.example.com' },
  gzip: { 'accept-encoding': 'gzip' },
  brotli: { 'accept-encoding': 'br, gzip' },
  'a plan': { 'x-tributary-explain': 'plan' },
  'an unknown explanation': { 'x-tributary-explain': 'x' },
  'a compressed body': { 'content-encoding': 'gzip' },
  chunks: { 'transfer-encoding': 'chunked' },
  'a key': { authorization: 'Bearer x' },
};

const CASES: readonly (readonly [string, Sent])[] = [
  ...Object.entries(BODIES).flatMap(([name, body]) =>
    (SEVERAL.has(name) ? ACCEPTS : ACCEPTS.slice(0, 2)).map(
      (accept) => [`${name}, ${accept}`, { body, headers: { accept } }] as const,
    ),
  ),
  ...Object.entries(HEADERS).flatMap(([name, headers]) =>
    ['a query', 'lines'].map((asked) => [`${asked}, ${name}`, { body: BODIES[asked] ?? '', headers }] as const),
  ),
  ['a parameter of the address', { body: query('{ __typename }'), path: '/graphql?query={sources{name}}' }],
];

const OPTIONS: Partial<ServerOptions> = {
  allowedOrigins: ['https://pages.example.com', 'https://other.example.com'],
  audit: true,
};

/** Times of an answer, and of a line of the log, are never the same twice. */
const logged = (line: string): string => line.replace(/"(?:time|stack)":(?:\d+|"(?:[^"\\]|\\.)*")/g, '');

async function counted(url: string): Promise<readonly string[]> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return metrics.split('\n').filter((line) => /^tributary_(?!graphql_duration)/.test(line));
}

describe('the short way and the general way', () => {
  let ways: readonly Awaited<ReturnType<typeof start>>[];

  beforeAll(async () => {
    ways = [
      await start(federation, { ...OPTIONS, shortWay: true }),
      await start(federation, { ...OPTIONS, shortWay: false }),
    ];
  });

  test('give the same answers, log lines and metrics, to a new text and to a known one', async () => {
    const [short, general] = ways;
    if (short === undefined || general === undefined) throw new Error('A server is missing.');
    for (const [name, sent] of [...CASES, ...CASES]) {
      const expected = await ask(general.url, sent);
      expect({ name, ...(await ask(short.url, sent)) }).toEqual({ name, ...expected });
    }
    expect(short.log.map(logged)).toEqual(general.log.map(logged));
    expect(await counted(short.url)).toEqual(await counted(general.url));
  });
});

test.each([true, false])(
  'a client that leaves ends what its query has begun, also by the short way: %s',
  async (shortWay) => {
    const signals: AbortSignal[] = [];
    const waiting = fakeFederation({
      job: (_ref, { signal }) => {
        signals.push(signal);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      },
    });
    const server = await start(waiting, { shortWay });
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1');
    const body = query(`{ ${job('a', 'name')} }`);
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([false]);
    socket.destroy();
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(server.log).toEqual([]);
  },
);

test.each([true, false])(
  'a client that leaves within its request takes no place, also by the short way: %s',
  async (shortWay) => {
    const server = await start(undefined, { shortWay, trustProxy: ['127.0.0.1'], clientLimits: { operations: 1 } });
    const headers = ['host: x', 'content-type: application/json', 'content-length: 100', 'x-forwarded-for: 192.0.2.1'];
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{"query":`);
    const other = { 'x-forwarded-for': '192.0.2.1' };
    await expect.poll(async () => (await server.query('{ __typename }', {}, other)).status).toBe(429);
    socket.destroy();
    await expect.poll(async () => (await server.query('{ __typename }', {}, other)).status).toBe(200);
    expect(server.log).toEqual([]);
  },
);

test('an ordinary query is answered without the handler of yoga', async () => {
  const yoga = {
    getEnveloped: () => ({
      contextFactory: () => ({ call: createCall() }),
      execute: () => Promise.resolve({ data: { __typename: 'Query' } }),
    }),
    handle: () => Promise.reject(new Error('the general way')),
  };
  const endpoint = createEndpoint({
    // Only what the short way needs of it.
    graphql: { yogaFor: () => yoga as unknown as Yoga, documentOf: () => parse('{ __typename }') },
    limits: { calls: 100 },
    clientOf: () => null,
    hasOrigins: true,
    shortWay: true,
    held: new HeldBytes(() => 1_000_000),
    heartbeatMilliseconds: 1_000,
  });
  const server = createServer((incoming, response) => void endpoint(incoming, response, { caller: null } as never));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { status, body } = await ask(url, { body: query('{ __typename }') });
  server.close();
  expect([status, Buffer.from(body, 'base64').toString()]).toEqual([200, '{"data":{"__typename":"Query"}}']);
});
