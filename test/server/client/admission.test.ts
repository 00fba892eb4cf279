import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_CLIENT_LIMITS } from '../../../src/config/service-limits.ts';
import { HeldBytes } from '../../../src/domain/held-bytes.ts';
import type { GraphqlServer } from '../../../src/server/graphql/graphql.ts';
import type { Access } from '../../../src/server/access/access.ts';
import { createWebSockets } from '../../../src/server/websocket/websocket.ts';

test('a client that leaves while it is judged is not watched for as long as its key holds', async () => {
  let watched = 0;
  const access: Access = {
    caller: 'someone',
    expiresAt: null,
    authorization: null,
    allows: () => true,
    mayExplain: () => true,
    view: () => {
      throw new Error('Nothing is read.');
    },
    whenWithdrawn() {
      watched += 1;
      return () => void (watched -= 1);
    },
    isAsItWas: () => true,
  };
  const steps = new EventEmitter();
  const [judging, left] = [once(steps, 'judging'), once(steps, 'left')];
  const sockets = createWebSockets({
    // No operation begins.
    graphql: { present: (error: unknown) => error } as unknown as GraphqlServer,
    limits: { bodyBytes: 1_000, calls: 1 },
    heartbeatMilliseconds: 60_000,
    allowedPages: { publicOrigin: null, allowedOrigins: [] },
    clientLimits: DEFAULT_CLIENT_LIMITS,
    isAllowedHost: () => true,
    begin: () => () => undefined,
    async judge() {
      steps.emit('judging');
      await once(steps, 'judged');
      return access;
    },
    held: new HeldBytes(() => 1_000_000),
    clientOf: () => null,
    onRefusal: () => undefined,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    socket.once('close', () => steps.emit('left'));
    sockets.upgrade(request, socket, head);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const client = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    await once(client, 'open');
    client.send(JSON.stringify({ type: 'connection_init' }));
    await judging;
    client.terminate();
    await left;
    // What follows from the end of a connection follows in this turn.
    await new Promise((resolve) => setImmediate(resolve));
    steps.emit('judged');
    await new Promise((resolve) => setImmediate(resolve));
    await expect.poll(() => watched).toBe(0);
  } finally {
    await sockets.close(0);
    server.close();
  }
});
