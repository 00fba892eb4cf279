import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { keepAlive } from '../../src/server/websocket/heartbeat.ts';

const INTERVAL = 12_000;
const MUCH = 'x'.repeat(100_000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A connection whose client answers pings when the test says so. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly pings: string[] = [];
  isGone = false;

  send(): void {
    // Only counted.
  }

  ping(data: string): void {
    this.pings.push(data);
  }

  terminate(): void {
    this.isGone = true;
    this.emit('close');
  }

  answer(index: number): void {
    this.emit('pong', Buffer.from(this.pings.at(index) ?? ''));
  }
}

function connect() {
  const socket = new FakeSocket();
  // What is used of it is there.
  const client = socket as unknown as WebSocket;
  keepAlive(client, INTERVAL);
  return {
    socket,
    send: (text: string) => {
      client.send(text);
    },
  };
}

async function beats(count: number): Promise<void> {
  for (let beat = 0; beat < count; beat += 1) {
    await vi.advanceTimersByTimeAsync(INTERVAL);
    // What is put off until this process has read what there is.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the heartbeat of a WebSocket', () => {
  test('cuts off a client that has not answered by the next one', async () => {
    const { socket, send } = connect();
    send('hello');
    await beats(1);
    expect(socket.isGone).toBe(false);
    await beats(1);
    expect(socket.isGone).toBe(true);
  });

  test('goes on as long as the client answers, and stops with the connection', async () => {
    const { socket } = connect();
    for (let beat = 1; beat <= 30; beat += 1) {
      await beats(1);
      socket.answer(-1);
    }
    expect([socket.pings.length, socket.isGone]).toEqual([30, false]);
    socket.terminate();
    await beats(3);
    expect(socket.pings.length).toBe(30);
  });

  test('waits for a client that has much to read before the ping', async () => {
    const { socket, send } = connect();
    send(MUCH);
    await beats(10);
    expect(socket.isGone).toBe(false);
    await beats(1);
    expect(socket.isGone).toBe(true);
  });

  test('takes a late pong as proof only for what was sent before its ping', async () => {
    const { socket, send } = connect();
    send(MUCH);
    await beats(1);
    send(MUCH);
    await beats(5);
    socket.answer(0);
    await beats(3);
    expect(socket.isGone).toBe(false);
    socket.answer(-1);
    await beats(1);
    expect(socket.isGone).toBe(false);
    await beats(1);
    expect(socket.isGone).toBe(true);
  });

  test('takes an unsolicited pong only as a sign of life', async () => {
    const { socket } = connect();
    for (const data of ['', 'no number', '-5', '999999999999']) {
      await beats(1);
      socket.emit('pong', Buffer.from(data));
    }
    expect(socket.isGone).toBe(false);
  });
});
