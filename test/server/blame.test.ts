import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { start } from './start.ts';

/** What a client got wrong is never INTERNAL_SERVER_ERROR. */

const REFUSED = new Set(['BAD_USER_INPUT', 'QUERY_TOO_COMPLEX', 'CURSOR_INVALID', 'NOT_FOUND']);
const DEEP = 1_900;
const SHORT_DEFAULT = '($s: String = "up") { job(source: $s, key: "a") { key } }';

const WRONG: readonly (readonly [what: string, query: string, variables?: Record<string, unknown>])[] = [
  ['a mutation', 'mutation { deleteEverything }'],
  ['a mutation that asks for its type', 'mutation { __typename }'],
  ['fields nested too deep', `${'{ a '.repeat(DEEP)}${'}'.repeat(DEEP)}`],
  ['fields nested too deep and never closed', '{ a '.repeat(DEEP)],
  ['lists nested too deep', `{ nodes(ids: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}) { id } }`],
  ['objects nested too deep', `{ jobs(filter: ${'{ a: '.repeat(1_300)}1${'}'.repeat(1_300)}) { totalCount } }`],
  ['types nested too deep', `query ($a: ${'['.repeat(DEEP)}Int${']'.repeat(DEEP)}) { __typename }`],
  ['inline fragments nested too deep', `{ ${'... { '.repeat(1_300)} __typename ${'}'.repeat(1_300)} }`],
  ['null for a variable with a default where null must not be', `query ${SHORT_DEFAULT}`, { s: null }],
  [
    'null for a variable with a default in a list that must not hold null',
    'query ($s: String = "up") { jobs(sources: [$s]) { totalCount } }',
    { s: null },
  ],
  ['null for a variable of one operation among two', `query A ${SHORT_DEFAULT}`, { s: null }],
  ['an entity of an unknown type', '{ _entities(representations: [{ __typename: "N" }]) { __typename } }'],
  ['an Int that is too large', '{ jobs(first: 3000000000) { totalCount } }'],
  ['a page size that is negative', '{ logs(jobs: ["x"], first: -1) { totalCount } }'],
];

const QUERIES = WRONG.map(([what, query, variables = {}]) => [what, query, variables] as const);

describe('over HTTP', () => {
  test.each(QUERIES)('%s is reported as the fault of the client', async (_what, query, variables) => {
    const server = await start();
    for (const text of [query, `${query} query Other { __typename }`]) {
      const { errors } = await server.query(text, variables);
      expect(errors?.map(({ extensions }) => extensions['code']).filter((code) => !REFUSED.has(String(code)))).toEqual(
        [],
      );
    }
    expect(server.log).toEqual([]);
  });

  test.each(['variables={', 'variables=%00', 'extensions=x', 'variables=[]', 'variables=1', 'extensions="a"'])(
    'a GET with %s is a bad request',
    async (parameter) => {
      const server = await start();
      const response = await fetch(`${server.url}/graphql?query={__typename}&${parameter}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      expect(server.log).toEqual([]);
    },
  );
});

describe('over a WebSocket', () => {
  test.each(QUERIES)('%s is reported as the fault of the client', async (_what, query, variables) => {
    const server = await start();
    expect(await codesOf(server.url, query, variables)).toSatisfy((codes: string[]) =>
      codes.every((c) => REFUSED.has(c)),
    );
    expect(server.log).toEqual([]);
  });

  test.each([['Bearer a\r\nX-Evil: 1'], ['Bearer a\n'], ['Bearer \u2713'], ['Bearer a\0']])(
    'an authorization that no header can hold is reported as the fault of the client: %j',
    async (authorization) => {
      const server = await start();
      expect(await codesOf(server.url, '{ sources { name } }', {}, { Authorization: authorization })).toEqual([
        'BAD_USER_INPUT',
      ]);
      expect(server.log).toEqual([]);
    },
  );
});

async function codesOf(
  url: string,
  query: string,
  variables: Record<string, unknown>,
  connectionParams: Record<string, unknown> = {},
): Promise<string[]> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  const errors: unknown = await client
    .iterate({ query, variables })
    .next()
    .then(
      ({ value }) => (value as { errors?: unknown }).errors,
      (error: unknown) => error,
    );
  await client.dispose();
  return (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
}
