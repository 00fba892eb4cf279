import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { start } from './start.ts';
import { anyCharacter } from '../support/any-character.ts';

/** Whatever a client sends, it is not our fault: no INTERNAL_SERVER_ERROR, no 5xx, no line in the log. */

const RUNS = process.env['DEEP'] === undefined ? 250 : 5_000;

const DOCUMENTS = [
  '{ __typename }',
  'query ($n: Int = 2, $s: [String!], $f: JobFilter) { jobs(first: $n, sources: $s, filter: $f) { nodes { id } } }',
  'query ($ids: [ID!]!) { nodes(ids: $ids) { id } logs(jobs: $ids) { nodes { message } } }',
  'query ($e: [_Any!]!) { _entities(representations: $e) { __typename } }',
  'query ($f: LogFilter, $n: Int) { logs(jobs: ["x"], filter: $f, last: $n) { totalCount } }',
  'mutation { a }',
  'subscription ($n: Int) { logEntries(jobs: ["x"], tail: $n) { __typename } }',
  '{ a',
];

const query = fc.oneof(fc.constantFrom(...DOCUMENTS), fc.string(), fc.jsonValue());
const variables = fc.oneof(
  fc.jsonValue(),
  fc.record({ n: fc.jsonValue(), s: fc.jsonValue(), f: fc.jsonValue(), ids: fc.jsonValue(), e: fc.jsonValue() }),
  fc.record({ e: fc.array(fc.record({ __typename: fc.jsonValue(), id: fc.jsonValue() })), ids: fc.array(fc.string()) }),
);
const body = fc.oneof(
  fc.record({ query, variables, operationName: fc.jsonValue(), extensions: fc.jsonValue() }, { requiredKeys: [] }),
  fc.jsonValue(),
  fc.array(fc.record({ query }), { maxLength: 3 }),
);
const header = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-7',
  'application/graphql',
  'application/graphql-response+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/event-stream',
  'text/plain',
  '*/*',
  ';',
);

test('no request over HTTP is answered as a fault of ours', async () => {
  const server = await start();
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.string(),
      fc.boolean(),
      header,
      header,
      fc.constantFrom('POST', 'GET', 'PUT'),
      async (sent, raw, isRaw, type, accept, method) => {
        const text = isRaw ? raw : JSON.stringify(sent);
        const parameters = Object.entries(typeof sent === 'object' && sent !== null ? sent : { query: raw });
        const search = new URLSearchParams(
          parameters.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
        );
        const url = `${server.url}/graphql${method === 'GET' ? `?${search.toString()}` : ''}`;
        const headers = { 'content-type': type, accept };
        const response = await fetch(url, { method, headers, ...(method === 'GET' ? {} : { body: text }) });
        const answer = await response.text();
        expect(response.status).toBeLessThan(500);
        expect(answer).not.toContain('INTERNAL_SERVER_ERROR');
        expect(server.log).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
});

test('no message over a WebSocket is answered as a fault of ours', async () => {
  const server = await start();
  const message = fc.oneof(
    fc.record({
      type: fc.constant('subscribe'),
      id: fc.constantFrom('1', '2'),
      payload: fc.record({ query: fc.oneof(fc.constantFrom(...DOCUMENTS), fc.string()), variables }),
    }),
    fc.record({
      type: fc.constantFrom('subscribe', 'ping', 'pong', 'complete', 'next', 'connection_init'),
      payload: fc.jsonValue(),
    }),
    fc.jsonValue(),
  );
  const parameters = fc.oneof(
    fc.record({ Authorization: fc.oneof(fc.jsonValue(), fc.string({ unit: anyCharacter })) }),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(parameters, fc.array(message, { maxLength: 4 }), async (payload, messages) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const received: string[] = [];
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('message', (data: Buffer) => {
        received.push(data.toString());
        // The answer to the last of ours says that the others are through.
        if (data.toString().includes('"last"')) socket.close();
      });
      socket.on('open', () => {
        socket.send(JSON.stringify({ type: 'connection_init', payload }));
        for (const each of messages) socket.send(JSON.stringify(each));
        socket.send(JSON.stringify({ type: 'subscribe', id: 'last', payload: { query: '{ __typename }' } }));
      });
      await closed;
      expect(received.join('\n')).not.toContain('INTERNAL_SERVER_ERROR');
      expect(server.log).toEqual([]);
    }),
    { numRuns: RUNS / 2 },
  );
});
