import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
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
  ])('on %s are named in the error if they are exceeded', async (_what, query, message) => {
    const server = await start();
    const { data, errors } = await server.query(query);
    expect(data ?? null).toBeNull();
    expect(
      errors?.filter(({ extensions }) => extensions['code'] === 'QUERY_TOO_COMPLEX').map((error) => error.message),
    ).toEqual([message]);
    expect(server.log).toEqual([]);
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
