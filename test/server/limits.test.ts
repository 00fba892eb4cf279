import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

function nested(depth: number): string {
  return `{ node(id: "x") { ... on Job ${'{ source { ... on Source { jobs { nodes '.repeat(depth)} { id } ${'} } } }'.repeat(depth)} } }`;
}

describe('the limits on queries', () => {
  test.each([
    ['depth', nested(10), 'Query depth limit of 20 exceeded, found 32.'],
    [
      'aliases',
      `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: sources { name }`).join(' ')} }`,
      'Aliases limit of 100 exceeded, found 101.',
    ],
    [
      'directives',
      `{ sources { name ${'@skip(if: false) '.repeat(101)} } }`,
      'Directives limit of 100 exceeded, found 101.',
    ],
    ['tokens', `{ sources { ${'name '.repeat(4_000)} } }`, 'Token limit of 4000 exceeded.'],
    [
      'calls',
      '{ sources { jobs(first: 500) { nodes { logs(first: 1000) { nodes { id } } } } } }',
      'The query may need 10010 calls of vendors; the limit is 2000. Ask for smaller pages or fewer jobs.',
    ],
    [
      'work',
      '{ job(source: "up", key: "a") { logs(first: 1000) { nodes { job { logs(first: 1000) { nodes { message } } } } } } }',
      'The query may take 2012011 units of work; the limit is 250000. Ask for smaller pages or fewer fields.',
    ],
    [
      'characters',
      `{ sources { name } } # ${'x'.repeat(131_072)}`,
      'The query has 131095 characters; at most 131072 are allowed. Use variables for long values.',
    ],
    [
      'the length of an alias',
      `{ sources { ${'x'.repeat(129)}: name } }`,
      'A name or number of the query has 129 characters; at most 128 are allowed.',
    ],
    [
      'the length of a number',
      `{ job(source: "up", key: "a") { logs(first: ${'1'.repeat(200)}) { nodes { id } } } }`,
      'A name or number of the query has 200 characters; at most 128 are allowed.',
    ],
  ])('on %s are named in the error if they are exceeded', async (_what, query, message) => {
    const server = await start();
    const { data, errors } = await server.query(query);
    expect(data ?? null).toBeNull();
    expect(
      errors?.filter(({ extensions }) => extensions['code'] === 'QUERY_TOO_COMPLEX').map((error) => error.message),
    ).toEqual([message]);
    expect(server.log).toEqual([]);
  });

  test('allow long texts, and names of 128 characters', async () => {
    const server = await start();
    const name = 'x'.repeat(128);
    const { data } = await server.query(
      `query ${name} { job(source: "${'s'.repeat(9_000)}", key: "a") { ${name}: key } }`,
    );
    expect(data).toEqual({ job: null });
  });

  test('apply to page sizes in variables', async () => {
    const server = await start();
    const query = 'query ($n: Int) { sources { jobs(first: $n) { nodes { logs(first: $n) { nodes { id } } } } } }';
    expect((await server.query(query, { n: 2 })).errors?.map(({ extensions }) => extensions['code'])).toEqual([
      'SOURCE_UNAVAILABLE',
    ]);
    expect((await server.query(query, { n: 1000 })).errors?.map(({ extensions }) => extensions['code'])).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
  });

  test('allow the introspection of GraphiQL', async () => {
    const server = await start();
    const { getIntrospectionQuery } = await import('graphql');
    const { errors } = await server.query(
      getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }),
    );
    expect(errors).toBeUndefined();
  });
});

describe('the memory for requests that are under way', () => {
  const slow = () => new Promise<never>(() => undefined);
  const query = 'query ($key: String!) { job(source: "up", key: $key) { name } }';

  async function startSlow() {
    return start(fakeFederation({ job: slow }), {
      trustProxy: ['127.0.0.1'],
      clientLimits: { unreadBytes: 1_000_000 },
    });
  }
  const ask = (url: string, client: string, characters: number, signal?: AbortSignal) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': client },
      body: JSON.stringify({ query, variables: { key: 'x'.repeat(characters) } }),
      ...(signal === undefined ? {} : { signal }),
    });

  test('is bounded for each caller, others have some left, and it comes back', async () => {
    const server = await startSlow();
    const leaving = new AbortController();
    const waiting = Array.from({ length: 2 }, () =>
      ask(server.url, '203.0.113.1', 80_000, leaving.signal).catch(() => null),
    );
    const refused = async (client: string) => {
      const soon = AbortSignal.timeout(500);
      return (await ask(server.url, client, 80_000, soon).catch(() => null))?.status ?? 'is under way';
    };
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await refused('203.0.113.1')).toBe(429);
    expect(await refused('203.0.113.2')).toBe('is under way');
    leaving.abort();
    await Promise.all(waiting);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await refused('203.0.113.1')).toBe('is under way');
  });

  test('is bounded for bodies in chunks, and for messages of WebSockets', async () => {
    const server = await startSlow();
    const body = JSON.stringify({ query, variables: { key: 'x'.repeat(400_000) } });
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const outgoing = request(`${server.url}/graphql`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    expect(status).toBe(429);
    const client = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const failure = await new Promise((resolve) => {
      client.subscribe(JSON.parse(body) as never, { next: resolve, error: resolve, complete: () => undefined });
    });
    expect(failure).toMatchObject([{ extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' } }]);
    await client.dispose();
  });
});

describe('the limit on a body', () => {
  const body = JSON.stringify({ query: `{ sources { name } } # ${'x'.repeat(2_000)}` });

  function post(url: string, headers: Record<string, string | number>): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        text(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, body: answer });
        }, reject);
      });
      outgoing.write(body.slice(0, 500));
      outgoing.end(body.slice(500));
    });
  }

  test.each([
    ['says its length', { 'content-length': Buffer.byteLength(body) }],
    ['comes in chunks', { 'transfer-encoding': 'chunked' }],
  ])('refuses one that is too long and %s with 413, and lets others through', async (_what, headers) => {
    const small = await start(undefined, { limits: { bodyBytes: 1_000 } });
    const refused = await post(small.url, headers);
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body)).toEqual({
      errors: [
        { message: "The request's body is over the limit of 1000 bytes.", extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
    expect(small.log).toEqual([]);
    expect((await small.query('{ sources { name } }')).errors).toBeUndefined();

    const large = await start(undefined, { limits: { bodyBytes: 5_000 } });
    expect((await post(large.url, headers)).status).toBe(200);
  });
});
