import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonInPieces } from '../../src/server/graphql/json-writer.ts';
import { fakeConnection, fakeEntry, fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

const LINES = 200;
const message = (n: number): string => `${n} ${'disk "sda" is full: é漢😀 '.repeat(400)}`;

async function startWithLongLines() {
  const lines = Array.from({ length: LINES }, (_, n) =>
    fakeEntry({ source: 'up', key: 'a' }, n, { message: message(n) }),
  );
  const logs = {
    ...fakeConnection(lines),
    isComplete: () => Promise.resolve(false),
    failures: () => Promise.resolve([]),
  };
  return start(fakeFederation({ logs: () => logs }));
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

  test('is written as one event for who asks for events', async () => {
    const server = await startWithLongLines();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    const data = /^data: (.*)$/m.exec(await response.text())?.[1] ?? '';
    expect((JSON.parse(data) as { data: { job: unknown } }).data.job).toEqual(expected);
  });

  test('is the same JSON in pieces as in one', () => {
    const value = fc.object({
      maxDepth: 5,
      withNullPrototype: false,
      values: [fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
    });
    fc.assert(
      fc.property(value, (any) => {
        expect([...jsonInPieces(any)].join('')).toBe(JSON.stringify(any));
      }),
      { numRuns: 1_000 },
    );
  });
});
