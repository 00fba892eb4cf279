import fc from 'fast-check';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { writeJson } from '../../src/domain/json.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { jsonInPieces, jsonInTurns } from '../../src/server/graphql/json-writer.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { fakeConnection, fakeEntry, fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';
import { anyCharacter } from '../support/any-character.ts';

const LINES = 200;
const message = (n: number): string => `${n} ${'disk "sda" is full: é漢😀 '.repeat(400)}`;

const lines = () =>
  Array.from({ length: LINES }, (_, n) => fakeEntry({ source: 'up', key: 'a' }, n, { message: message(n) }));

async function startWithLongLines(options: Partial<ServerOptions> = {}) {
  const logs = {
    ...fakeConnection(lines()),
    isComplete: () => Promise.resolve(false),
    failures: () => Promise.resolve([]),
  };
  return start(fakeFederation({ logs: () => logs }), options);
}

const query = '{ job(source: "up", key: "a") { key logs { nodes { message } } } nope: node(id: "no id") { id } }';
const expected = { key: 'a', logs: { nodes: Array.from({ length: LINES }, (_, n) => ({ message: message(n) })) } };

describe('a large answer', () => {
  test.each(['application/json', 'application/graphql-response+json', '*/*'])(
    'is written in pieces, with the status, headers and errors of any answer: %s',
    async (accept) => {
      const server = await startWithLongLines();
      const body = JSON.stringify({ query });
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body,
      });
      expect(response.status).toBe(200);
      const type = accept === '*/*' ? 'application/json' : accept;
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(response.headers.get('content-length')).toBeNull();
      const answer = (await response.json()) as { data: { job: unknown }; errors: { extensions: { code: string } }[] };
      expect(answer.data.job).toEqual(expected);
      expect(Object.keys(answer)).toEqual(['errors', 'data']);
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    },
  );

  test('is written as one event for clients that ask for events', async () => {
    const server = await startWithLongLines();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    const data = /^data: (.*)$/m.exec(await response.text())?.[1] ?? '';
    expect((JSON.parse(data) as { data: { job: unknown } }).data.job).toEqual(expected);
  });

  test('is written in pieces for a list of queries that is large in all, too', async () => {
    const server = await startWithLongLines({ batching: 5 });
    const small = '{ job(source: "up", key: "a") { logs(first: 1) { nodes { message(maxLength: 1) } } } }';
    const body = JSON.stringify([{ query }, { query: small }, { query }]);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.headers.get('content-length')).toBeNull();
    const [first, second, third] = (await response.json()) as { data: { job: unknown } }[];
    expect([first?.data.job, third?.data.job]).toEqual([expected, expected]);
    expect(Object.keys(second ?? {})).toEqual(['data']);
  });

  test('is whole in one message of a WebSocket, and so are those of other operations beside it', async () => {
    const server = await startWithLongLines();
    const client = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const ask = async (text: string): Promise<unknown> => (await client.iterate({ query: text }).next()).value;
    const small = '{ job(source: "up", key: "a") { key } }';
    const [large, other, again] = await Promise.all([ask(query), ask(small), ask(query)]);
    for (const one of [large, again]) {
      expect(one).toMatchObject({ data: { job: expected }, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    expect(other).toEqual({ data: { job: { key: 'a' } } });
    await client.dispose();
  });

  test('is written in pieces in an event of a stream', async () => {
    const edges = lines().map((node) => ({ late: false, cursor: 'c', node }));
    const batch = {
      type: 'LogBatch' as const,
      edges,
      cursor: 'c',
      hasMorePastEntries: false,
      mayRepeat: false,
      dropped: null,
    };
    const server = await start({
      ...fakeFederation(),
      async *tail() {
        await Promise.resolve();
        yield batch;
      },
    });
    const stream = `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { ... on LogBatch { edges { node { message } } } } }`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: stream }),
    });
    const data = /^data: (.+)$/m.exec(await response.text())?.[1] ?? '';
    expect(JSON.parse(data)).toEqual({
      data: { logEntries: { edges: expected.logs.nodes.map((node) => ({ node })) } },
    });
  });

  test('gives others their turn while it is written', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const text = await jsonInTurns({
      data: lines().map((each) => ({ ...each, time: 0, message: each.message.repeat(10) })),
    });
    clearInterval(timer);
    expect(text.length).toBeGreaterThan(10_000_000);
    expect(turns).toBeGreaterThan(1);
  });

  test('is the same JSON in pieces as in one', () => {
    const value = fc.object({
      maxDepth: 5,
      withNullPrototype: false,
      values: [fc.string({ unit: anyCharacter }), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
    });
    fc.assert(
      fc.property(value, (any) => {
        const text = writeJson(any);
        expect([...jsonInPieces(any)].join('')).toBe(text);
        // Texts are cut, but no character of two halves.
        expect([...jsonInPieces(any, 3)].join('')).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
