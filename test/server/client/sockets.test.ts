import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import type { ServerOptions } from '../../../src/server/server.ts';
import { liveFederation } from '../live-tail.ts';
import { start } from '../start.ts';

const TAIL = `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { __typename } }`;

const open: WebSocket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});

async function connect(options: Partial<ServerOptions> = {}) {
  const server = await start(liveFederation().federation, options);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  open.push(socket);
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const say = (message: object): void => {
    socket.send(JSON.stringify(message));
  };
  /** Waits for a message that holds this text. */
  const heard = async (text: string): Promise<string> => {
    for (;;) {
      const found = received.find((message) => message.includes(text));
      if (found !== undefined) return found;
      await once(socket, 'message');
    }
  };
  say({ type: 'connection_init' });
  await heard('connection_ack');
  return { server, socket, heard, say };
}

describe('a WebSocket', () => {
  test('gets pongs without the payloads of its pings', async () => {
    const { heard, say } = await connect();
    say({ type: 'ping', payload: { large: 'x'.repeat(1_000) } });
    expect(await heard('pong')).toBe('{"type":"pong"}');
  });

  test('that sends too many messages is closed with a reason', async () => {
    const { server, socket, say } = await connect({ clientLimits: { socketMessagesPerSecond: 10 } });
    const closed = once(socket, 'close');
    for (let n = 0; n < 200; n += 1) say({ type: 'ping' });
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1008, 'At most 10 messages per second are read.']);
    expect(server.log).toEqual([]);
  });

  test('that sends too many pings of the transport is closed, too', async () => {
    const { socket } = await connect({ clientLimits: { socketMessagesPerSecond: 10 } });
    const closed = once(socket, 'close');
    for (let n = 0; n < 200; n += 1) socket.ping('x'.repeat(100));
    expect(((await closed) as [number])[0]).toBe(1008);
  });

  test('that sends too many bytes is closed with a reason', async () => {
    const { socket, say } = await connect({ clientLimits: { socketBytesPerSecond: 10_000 } });
    const closed = once(socket, 'close');
    for (let n = 0; n < 10; n += 1) say({ type: 'ping', payload: { large: 'x'.repeat(10_000) } });
    expect(((await closed) as [number])[0]).toBe(1008);
  });

  test('that does not read is cut off when too much waits for it', async () => {
    const limits = { socketUnreadBytes: 200_000, socketMessagesPerSecond: 100_000, socketBytesPerSecond: 1e9 };
    const { socket, say } = await connect({ clientLimits: limits });
    socket.pause();
    const closed = once(socket, 'close');
    const query = `{ ${Array.from({ length: 90 }, (_, n) => `a${n}: sources { id name vendor }`).join(' ')} }`;
    const timer = setInterval(() => {
      if (socket.readyState !== socket.OPEN) return;
      for (let n = 0; n < 50; n += 1) say({ id: `${Math.random()}`, type: 'subscribe', payload: { query } });
    }, 20);
    const seen = setInterval(() => {
      // Nothing is read, so that only writing finds out that the other side has gone.
      if (socket.bufferedAmount > 50_000_000) socket.terminate();
    }, 20);
    await closed.finally(() => {
      clearInterval(timer);
      clearInterval(seen);
    });
    expect(socket.bufferedAmount).toBeLessThan(50_000_000);
  });

  test('has a bounded number of operations under way, and starts more when some end', async () => {
    const { heard, say } = await connect({ clientLimits: { socketOperations: 2 } });
    for (const id of ['a', 'b', 'c']) say({ id, type: 'subscribe', payload: { query: TAIL } });
    const message = 'At most 2 operations of one WebSocket may be under way.';
    expect(JSON.parse(await heard('error'))).toEqual({
      id: 'c',
      type: 'error',
      payload: [{ message, extensions: { code: 'FORBIDDEN' } }],
    });
    say({ id: 'a', type: 'complete' });
    say({ id: 'd', type: 'subscribe', payload: { query: '{ sources { name } }' } });
    expect(await heard('"id":"d"')).toContain('"data"');
  });

  test('frees the place of an invalid operation', async () => {
    const { heard, say } = await connect({ clientLimits: { socketOperations: 1 } });
    const wrong = ['{ nothing }', '{', 'query A { sources { name } } query B { sources { name } }'];
    for (const [id, query] of wrong.entries()) {
      say({ id: `wrong ${id}`, type: 'subscribe', payload: { query } });
      expect(await heard(`"id":"wrong ${id}"`)).toContain('"type":"error"');
    }
    say({ id: 'right', type: 'subscribe', payload: { query: '{ sources { name } }' } });
    expect(await heard('"id":"right"')).toContain('"data"');
  });
});

test('one client behind a proxy has half of the WebSockets, and others find room', async () => {
  const server = await start(undefined, { trustProxy: ['127.0.0.1'], clientLimits: { connections: 4 } });
  const handshake = async (client: string): Promise<string> => {
    const headers = { 'x-forwarded-for': client };
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
    open.push(socket);
    // Rejects with the error where there is one.
    return once(socket, 'open').then(() => 'open', String);
  };
  expect([await handshake('192.0.2.1'), await handshake('192.0.2.1')]).toEqual(['open', 'open']);
  expect(await handshake('192.0.2.1')).toContain('429');
  expect(await handshake('192.0.2.2')).toBe('open');
  open[0]?.terminate();
  open[1]?.terminate();
  await expect.poll(() => handshake('192.0.2.1')).toBe('open');
});
