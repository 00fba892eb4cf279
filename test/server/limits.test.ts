import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf, countNodes } from '../../src/server/query-cost.ts';
import { start } from './start.ts';

function nested(depth: number): string {
  return `{ node(id: "x") { ... on Job ${'{ source { ... on Source { jobs { nodes '.repeat(depth)} { id } ${'} } } }'.repeat(depth)} } }`;
}

function nodesOf(query: string, variables = {}): number {
  return countNodes(costOf(parse(query), null, { sources: 5 }), variables);
}

describe('the limits on queries', () => {
  it.each([
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
      'nodes',
      '{ sources { jobs(first: 500) { nodes { logs(first: 1000) { nodes { id } } } } } }',
      'The query may return 1001002 nodes; the limit is 500000. Ask for smaller pages.',
    ],
  ])('on %s are named when they are exceeded', async (_what, query, message) => {
    const server = await start();
    const { data, errors } = await server.query(query);
    expect(data ?? null).toBeNull();
    expect(
      errors?.filter(({ extensions }) => extensions['code'] === 'QUERY_TOO_COMPLEX').map((error) => error.message),
    ).toEqual([message]);
    expect(server.log).toEqual([]);
  });

  it('look at the page sizes in variables', async () => {
    const server = await start();
    const query = 'query ($n: Int) { sources { jobs(first: $n) { nodes { logs(first: $n) { nodes { id } } } } } }';
    expect((await server.query(query, { n: 2 })).errors?.map(({ extensions }) => extensions['code'])).toEqual([
      'SOURCE_UNAVAILABLE',
    ]);
    expect((await server.query(query, { n: 1000 })).errors?.map(({ extensions }) => extensions['code'])).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
  });

  it('let fifty jobs of five sources through with all their parts and twenty lines each', () => {
    const part = '(first: 20) { edges { node { key name status } } }';
    const logs =
      'logs(first: 20) { edges { cursor node { id timestamp severity message job { key } } } pageInfo { hasNextPage } }';
    const query = `{ sources { jobs(first: 50) { nodes { name steps${part} tasks${part} attempts(first: 20) { nodes { key } } ${logs} } } } }`;
    expect(nodesOf(query)).toBeLessThan(100_000);
  });

  it('let the introspection of GraphiQL through', async () => {
    const server = await start();
    const { getIntrospectionQuery } = await import('graphql');
    const { errors } = await server.query(
      getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }),
    );
    expect(errors).toBeUndefined();
  });
});

describe('the number of nodes of a query', () => {
  it.each([
    ['{ sources { name } }', {}, 5],
    ['{ jobs(first: 10) { nodes { id } } }', {}, 10],
    ['{ jobs(last: 10) { edges { node { id } } } }', {}, 10],
    ['{ jobs { nodes { id } } }', {}, 20],
    ['query ($n: Int) { jobs(first: $n) { nodes { source { name } } } }', { n: 3 }, 6],
    ['query ($n: Int) { jobs(first: $n) { nodes { id } } }', {}, 20],
    [
      '{ jobs(first: 2) { ...A ...A } } fragment A on JobConnection { nodes { logs(first: 3) { nodes { id } } } }',
      {},
      14,
    ],
    ['{ nodes(ids: ["a", "b"]) { ... on Job { logs(first: 3) { nodes { id } } } } }', {}, 8],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b', 'c'] }, 3],
    ['{ logContext(id: "a", before: 50, after: 30) { nodes { job { key } } } }', {}, 200],
    ['{ jobs(first: -5) { nodes { id } } }', {}, 20],
  ])('%s with %j is %i', (query, variables, nodes) => {
    expect(nodesOf(query, variables)).toBe(nodes);
  });

  it('is found without walking a fragment as often as it is used', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, n) =>
        `fragment F${n} on Job { a: source { name } ...F${n + 1} b: logs(first: 0) { totalCount } ...F${n + 1} }`,
    );
    const query = `{ job(source: "a", key: "b") { ...F0 } } ${fragments.join(' ')} fragment F60 on Job { id }`;
    expect(nodesOf(query)).toBeGreaterThan(2 ** 59);
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

  it.each([
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
