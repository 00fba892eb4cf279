import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from './start.ts';

/** Short, and far longer than an ordinary request takes. */
const TIMES = { headersTimeoutMilliseconds: 600, bodyTimeoutMilliseconds: 600 };
const BETWEEN_BYTES = 20;

const POST = 'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-forwarded-for: 203.0.113.9\r\n';

/** Sends the beginning at once, and then the same few bytes again and again until the server closes the connection. */
function dripping(url: string, beginning: string, bytes: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const begun = performance.now();
  let answer = '';
  socket.on('error', () => undefined);
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  socket.write(beginning);
  const drip = setInterval(() => socket.write(bytes), BETWEEN_BYTES);
  onTestFinished(() => {
    clearInterval(drip);
    socket.destroy();
  });
  const closed = once(socket, 'close').then(() => ({ answer, milliseconds: performance.now() - begun }));
  return { socket, closed };
}

describe('a client that sends a few bytes now and then', () => {
  test.each([
    ['of its first line', 'GET /', 'x'],
    ['of its headers', 'GET / HTTP/1.1\r\nhost: a\r\n', 'x: y\r\n'],
    ['of the headers of a post', POST, 'x'],
  ])('%s is disconnected when the time for headers is over', async (_what, beginning, bytes) => {
    const server = await start(undefined, TIMES);
    const { answer, milliseconds } = await dripping(server.url, beginning, bytes).closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(milliseconds).toBeGreaterThanOrEqual(TIMES.headersTimeoutMilliseconds);
    expect(await server.query('{ __typename }')).toMatchObject({ status: 200 });
    expect(server.log).toEqual([]);
  });

  test.each([
    ['of a body with a length', `${POST}content-length: 100000\r\n\r\n{`, ' '],
    ['of a body in chunks', `${POST}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    ['of a body that is awaited', `${POST}expect: 100-continue\r\ncontent-length: 100000\r\n\r\n`, ' '],
    ['of a message to a tool', `${POST.replace('/graphql', '/mcp')}content-length: 100000\r\n\r\n{`, ' '],
  ])('%s is disconnected, and is no caller any more, when the time for a body is over', async (_what, head, bytes) => {
    const server = await start(undefined, {
      ...TIMES,
      mcp: true,
      trustProxy: ['127.0.0.1'],
      clientLimits: { operations: 1 },
    });
    const { socket, closed } = dripping(server.url, head, bytes);
    await once(socket, 'connect');
    const ask = () => server.query('{ __typename }', {}, { 'x-forwarded-for': '203.0.113.9' });
    // The slow one may come a little later: then this one ends before it.
    await expect.poll(async () => (await ask()).status).toBe(429);
    const { answer, milliseconds } = await closed;
    expect(answer).not.toContain('HTTP/1.1 200');
    expect(milliseconds).toBeGreaterThanOrEqual(TIMES.headersTimeoutMilliseconds);
    await expect.poll(async () => (await ask()).status).toBe(200);
    expect(server.log).toEqual([]);
  });

  test('is disconnected if it sends nothing at all', async () => {
    const { url } = await start(undefined, TIMES);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
  });

  test('keeps no other client waiting', async () => {
    const server = await start(undefined, TIMES);
    const slow = Array.from(
      { length: 50 },
      () => dripping(server.url, `${POST}content-length: 100000\r\n\r\n{`, ' ').closed,
    );
    expect(await server.query('{ __typename }')).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    for (const { answer } of await Promise.all(slow)) expect(answer).not.toContain('HTTP/1.1 200');
  });
});
