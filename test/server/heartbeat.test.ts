import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { liveFederation } from './live-tail.ts';
import { start } from './start.ts';

const ID = encodeNodeId('Job', 'up', 'a');
const QUERY = `subscription { logEntries(jobs: ["${ID}"]) { __typename ... on LogBatch { edges { node { message } } } } }`;
const NEVER = 600_000;

/** Subscribes with a bare socket, and shows what comes byte by byte. */
function listen(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const body = JSON.stringify({ query: QUERY });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  let text = '';
  const waiting = new Set<() => void>();
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const check of waiting) check();
  });
  return {
    /** Comments so far. */
    comments: () => text.split('\r\n:\n\n\r\n').length - 1,
    until: (holds: (text: string) => boolean) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (!holds(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

/** A network that can lose all packets of a connection, so that the other side seems to be alive. */
async function startNetwork(url: string) {
  const sockets: Socket[] = [];
  let isLost = false;
  let lost = 0;
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('data', (data) => {
        if (!isLost) to.write(data);
        else if (from === far) lost += 1;
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        if (!isLost) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    // A TCP server that listens has an address with a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: () => {
      isLost = true;
    },
    /** What the service has sent that was lost. */
    lost: () => lost,
  };
}

/** Subscribes over a WebSocket. */
function subscribe(url: string): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => {
    socket.terminate();
  });
  socket.on('error', () => undefined);
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init' }));
  });
  socket.once('message', () => {
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
  });
  return socket;
}

describe('heartbeats of server-sent events', () => {
  test('are comments at the configured interval, between whole events', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { heartbeatMilliseconds: 20 });
    const client = listen(server.url);
    await live.listening(1);
    await client.until(() => client.comments() >= 4);
    live.line(1);
    await client.until((text) => text.includes('line 1'));
    const before = client.comments();
    await client.until(() => client.comments() >= before + 2);
    await client.until((text) => /\nevent: next\ndata: \{[^\n]*line 1[^\n]*\}\n\n/.test(text));
  });

  test('are sent only in silence: a busy stream has no comment but its first', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { heartbeatMilliseconds: NEVER });
    const client = listen(server.url);
    await live.listening(1);
    // In tests the library below has an interval of 300 ms.
    await pause(700);
    live.line(1);
    await client.until((text) => text.includes('line 1'));
    expect(client.comments()).toBe(1);
  });
});

describe('heartbeats of WebSockets', () => {
  /** An answer has to come before the next one, also on a slow machine. */
  const BEAT = 150;

  test('detect a client that vanished, and end its tail', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { heartbeatMilliseconds: BEAT });
    const network = await startNetwork(server.url);
    const socket = subscribe(network.url);
    await live.listening(1);
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    while (pings < 3) await pause(5);
    network.lose();
    await live.listening(0);
    // A heartbeat for the next ping, and one for its answer, which is not sent a second time.
    expect(network.lost()).toBeLessThanOrEqual(1);
    expect(server.log).toEqual([]);
  });

  test('do not close the connection of a client that answers', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { heartbeatMilliseconds: BEAT });
    const socket = subscribe(server.url);
    await live.listening(1);
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    while (pings < 6) await pause(5);
    expect(live.count()).toBe(1);
  });
});
