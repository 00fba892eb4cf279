import type { WebSocket } from 'ws';
import type { ClientLimits } from '../../config/service-limits.ts';
import { TokenBucket } from './token-bucket.ts';

const SECONDS_AT_ONCE = 5;

/** Close code of RFC 6455: the client violates a policy of the server. */
const POLICY_VIOLATION = 1008;

/** How long a client has to close after it was asked to, in milliseconds. */
const GOODBYE_MILLISECONDS = 1_000;

/** graphql-ws echoes a ping's payload in its pong. We send a pong without it. */
const PONG_BEGINS = '{"type":"pong"';
const PONG = '{"type":"pong"}';

/**
 * Bounds what one WebSocket may send, and how much unsent data may wait for it. Call this before graphql-ws gets the
 * connection, so that our listeners run first. A client that does not read is disconnected when too much waits for it.
 * A client that sends too fast first gets a close frame with the reason.
 */
export function guardSocket(client: WebSocket, limits: ClientLimits): void {
  const now = performance.now();
  const messages = new TokenBucket(limits.socketMessagesPerSecond, SECONDS_AT_ONCE, now);
  const bytes = new TokenBucket(limits.socketBytesPerSecond, SECONDS_AT_ONCE, now);
  let isOver = false;

  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    // Messages that have already arrived are no longer answered.
    client.removeAllListeners('message');
    client.close(POLICY_VIOLATION, reason);
    const impatience = setTimeout(() => {
      client.terminate();
    }, GOODBYE_MILLISECONDS);
    client.once('close', () => {
      clearTimeout(impatience);
    });
  };
  const count = (size: number): void => {
    const at = performance.now();
    if (messages.take(1, at) > 0) end(`At most ${limits.socketMessagesPerSecond} messages per second are read.`);
    else if (bytes.take(size, at) > 0) end(`At most ${limits.socketBytesPerSecond} bytes per second are read.`);
    else if (client.bufferedAmount > limits.socketUnreadBytes) client.terminate();
  };
  client.on('message', (data) => {
    count(sizeOf(data));
  });
  client.on('ping', (data: Buffer) => {
    count(data.byteLength);
  });

  const send = client.send.bind(client) as (data: string, done?: (error?: Error) => void) => void;
  const sendBounded = (data: string, done?: (error?: Error) => void): void => {
    if (client.bufferedAmount > limits.socketUnreadBytes) client.terminate();
    send(data.startsWith(PONG_BEGINS) ? PONG : data, done);
  };
  client.send = sendBounded as WebSocket['send'];
}

function sizeOf(data: Buffer | ArrayBuffer | Buffer[]): number {
  return Array.isArray(data) ? data.reduce((sum, { byteLength }) => sum + byteLength, 0) : data.byteLength;
}
