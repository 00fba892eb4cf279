import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { start } from './start.ts';

/** Every header that this server reads itself, or leaves to a library that does. */
const NAMES = [
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'if-none-match',
  'origin',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-for',
] as const;

const WORDS = [
  'application/json',
  'application/json; charset=',
  'multipart/form-data; boundary=',
  'application/graphql-response+json;q=x',
  'text/event-stream',
  'text/html',
  '*/*;q=1e9',
  'gzip;q=0, br;q=',
  'chunked',
  'gzip, chunked',
  '100-continue',
  'websocket',
  'Upgrade, close',
  'graphql-transport-ws',
  'W/"", *',
  '-1',
  '1e3',
  '99999999999999999999',
  'null',
  'https://[::1',
  'http://a:99999',
  ',,,;;;===',
  'Bearer \u00e4\u00ff',
  '[::ffff:1.2.3.4]:x, "',
  'x'.repeat(4_000),
];

const RUNS = process.env['DEEP'] === undefined ? 300 : 5_000;

/** What a connection gives until it is closed, or is silent for a moment. */
async function answerTo(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined).on('data', (data: Buffer) => (answer += data.toString('latin1')));
  await once(socket, 'connect');
  socket.end(request, 'latin1');
  const patience = setTimeout(() => socket.destroy(), 2_000);
  await once(socket, 'close');
  clearTimeout(patience);
  return answer;
}

test("whatever headers a client sends, the service answers with a client's error at most, and continues", async () => {
  const server = await start(undefined, { trustProxy: ['127.0.0.1'] });
  const port = Number(new URL(server.url).port);
  const value = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\u0020-\u007e]/g, '')),
  );
  const headers = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), value), {
    selector: ([name]) => name,
    maxLength: 6,
  });
  const line = fc.constantFrom('GET /graphql?query={__typename}', 'POST /graphql', 'GET /graphql', 'POST /', 'GET //');
  await fc.assert(
    fc.asyncProperty(line, headers, async (first, given) => {
      const body = '{"query":"{ __typename }"}';
      const usual = { host: 'a', connection: 'close', 'content-type': 'application/json' };
      const named = { ...usual, 'content-length': String(body.length), ...Object.fromEntries(given) };
      const lines = Object.entries(named).map(([name, text]) => `${name}: ${text}`);
      const answer = await answerTo(port, `${first} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
      expect(status).not.toBe(500);
      expect(answer).not.toContain('INTERNAL_SERVER_ERROR');
    }),
    { numRuns: RUNS },
  );
  expect((await server.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  const faults = server.log.map((text) => (JSON.parse(text) as { msg: string }).msg);
  expect(faults.filter((text) => text !== 'a page of this origin may not open a WebSocket')).toEqual([]);
}, 300_000);
