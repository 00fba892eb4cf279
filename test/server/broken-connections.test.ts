import { once } from 'node:events';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { eventHeartbeats } from '../../src/server/graphql/event-heartbeat.ts';
import { start } from './start.ts';

/** What a client that breaks off must not do is end the process: test/support/no-unhandled-errors.ts sees that. */

async function connect(url: string): Promise<Socket> {
  const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'host: example.com',
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol: graphql-transport-ws',
];

test('a client that resets the connection while its WebSocket is refused affects no other client', async () => {
  const server = await start();
  for (let round = 0; round < 30; round += 1) {
    const socket = await connect(server.url);
    socket.write(`${[...UPGRADE, 'origin: https://evil.example.com'].join('\r\n')}\r\n\r\n`);
    if (round % 3 > 0) await pause(round % 3);
    socket.resetAndDestroy();
  }
  await pause(50);
  expect((await server.query('{ __typename }')).status).toBe(200);
});

test('a client that sends an invalid or too long frame is cut off, and nothing is logged', async () => {
  const server = await start(undefined, { limits: { bodyBytes: 1_000 } });
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const masked = [0, 0, 0, 0];
  for (const frame of [
    [0xff, 0xff, 0xff],
    [0x81, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, ...masked],
    [0x83, 0x80, ...masked],
  ]) {
    const socket = await connect(server.url);
    socket.write(`${UPGRADE.join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    socket.write(Buffer.from(frame));
    socket.resume();
    await once(socket, 'close');
  }
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
  expect(server.log).toEqual([]);
  expect((await server.query('{ __typename }')).status).toBe(200);
});

test('a stream that has ended gets no more heartbeats, even if its client reads slowly', async () => {
  const { onResponse } = eventHeartbeats(50);
  const response = new Response(null, { headers: { 'content-type': 'text/event-stream' } });
  const server = createServer((_request, res) => {
    void onResponse?.({ response, serverContext: { res } } as never);
    res.write('data: begins\n\n');
    res.end(Buffer.alloc(20_000_000, 'x'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = await connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'readable');
  await pause(100);
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes > 20_000_000) break;
  }
  socket.destroy();
  server.close();
});
