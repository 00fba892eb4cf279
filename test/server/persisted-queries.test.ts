import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { NO_PERSISTED_QUERIES } from '../../src/config/persisted-queries.ts';
import type { PersistedQueries } from '../../src/config/persisted-queries.ts';
import { buildExplorer } from '../../explorer/build.ts';
import * as explorer from '../../explorer/src/graphql/generated/graphql.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';

const QUERY = '{ __typename }';
const OTHER = '{ sources { name } }';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const persisted = (id: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } });

const AUTOMATIC: PersistedQueries = { ...NO_PERSISTED_QUERIES, automatic: true };
const LISTED: PersistedQueries = { ...NO_PERSISTED_QUERIES, known: new Map([['abc', QUERY]]) };
const ONLY: PersistedQueries = { ...LISTED, only: true };

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: unknown }[] | undefined;
}

/** The ways in which an operation can be asked for. */
const WAYS = {
  'HTTP POST': async ({ url }: TestServer, body: object) =>
    answerOf(
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    ),
  'HTTP GET': async ({ url }: TestServer, body: object) => {
    const parameters = Object.entries(body).map(([key, value]: [string, unknown]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return answerOf(await fetch(`${url}/graphql?${new URLSearchParams(Object.fromEntries(parameters)).toString()}`));
  },
  WebSocket: async ({ url }: TestServer, body: object) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    try {
      for await (const result of client.iterate({ query: '', ...body })) return result as Answered;
      return {};
    } catch (errors) {
      return { errors } as Answered;
    } finally {
      await client.dispose();
    }
  },
} as const;

async function answerOf(response: Response): Promise<Answered> {
  return (await response.json()) as Answered;
}

const messageOf = ({ errors }: Answered): string | undefined => errors?.[0]?.message;
const ANSWER = { data: { __typename: 'Query' } };

describe.each(Object.entries(WAYS))('over %s', (_way, ask) => {
  test('a client that sends a hash has to send the text only once', async () => {
    const server = await start(undefined, { persistedQueries: AUTOMATIC });
    const id = persisted(hashOf(QUERY));
    expect(messageOf(await ask(server, id))).toBe('PersistedQueryNotFound');
    expect(await ask(server, { query: QUERY, ...id })).toEqual(ANSWER);
    expect(await ask(server, id)).toEqual(ANSWER);
    expect(server.log).toEqual([]);
  });

  test('a text is not stored under a wrong hash', async () => {
    const server = await start(undefined, { persistedQueries: AUTOMATIC });
    const wrong = persisted(hashOf(OTHER));
    expect(messageOf(await ask(server, { query: QUERY, ...wrong }))).toContain('is not the SHA-256');
    expect(messageOf(await ask(server, wrong))).toBe('PersistedQueryNotFound');
  });

  test('clients are asked for texts if nothing is configured', async () => {
    const server = await start();
    expect(messageOf(await ask(server, persisted(hashOf(QUERY))))).toBe('PersistedQueryNotSupported');
    expect(await ask(server, { query: QUERY, ...persisted(hashOf(QUERY)) })).toEqual(ANSWER);
  });

  test.each([persisted('abc'), { documentId: 'abc' }, { doc_id: 'abc' }, { id: 'abc' }])(
    'an operation of the manifest is found by %j',
    async (named) => {
      const server = await start(undefined, { persistedQueries: LISTED });
      expect(await ask(server, named)).toEqual(ANSWER);
      expect(await ask(server, { query: OTHER })).toHaveProperty('data.sources');
    },
  );

  test('only operations of the manifest are answered if the configuration demands it', async () => {
    const server = await start(undefined, { persistedQueries: ONLY });
    expect(await ask(server, persisted('abc'))).toEqual(ANSWER);
    expect(await ask(server, { query: QUERY })).toEqual(ANSWER);
    expect(messageOf(await ask(server, persisted('abd')))).toBe('PersistedQueryNotFound');
    for (const body of [{ query: OTHER }, { query: OTHER, ...persisted('abc') }, { query: `${QUERY} ` }])
      expect((await ask(server, body)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('the number of texts that clients can store is limited', async () => {
  const server = await start(undefined, { persistedQueries: AUTOMATIC });
  const ask = WAYS['HTTP POST'];
  const long = `{ __typename #${'x'.repeat(140_000)}\n }`;
  expect(messageOf(await ask(server, { query: long, ...persisted(hashOf(long)) }))).toContain(
    'at most 131072 are allowed',
  );
  expect(messageOf(await ask(server, persisted(hashOf(long))))).toBe('PersistedQueryNotFound');
  const many = Array.from({ length: 70 }, (_, index) => `{ __typename #${index}${'x'.repeat(130_000)}\n }`);
  for (const query of many) expect(await ask(server, { query, ...persisted(hashOf(query)) })).toEqual(ANSWER);
  const [first = '', last = ''] = [many.at(0), many.at(-1)];
  expect(messageOf(await ask(server, persisted(hashOf(first))))).toBe('PersistedQueryNotFound');
  expect(await ask(server, persisted(hashOf(last)))).toEqual(ANSWER);
});

test('caches do not store the reply that a text is missing', async () => {
  const server = await start(undefined, { persistedQueries: AUTOMATIC });
  const extensions = encodeURIComponent(JSON.stringify(persisted('a').extensions));
  const response = await fetch(`${server.url}/graphql?extensions=${extensions}`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
});

test('the explorer works if only known operations are allowed, and GraphiQL is not served', async () => {
  await buildExplorer();
  const server = await start(undefined, { persistedQueries: ONLY });
  const texts = Object.values(explorer).filter((document) => document instanceof explorer.TypedDocumentString);
  expect(texts.length).toBeGreaterThan(3);
  for (const text of texts) {
    const { errors = [] } = await WAYS['HTTP POST'](server, { query: text.toString() });
    expect(errors.map(({ extensions }) => extensions)).not.toContainEqual(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  }
  const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(await page.text()).not.toContain('<html');
});
