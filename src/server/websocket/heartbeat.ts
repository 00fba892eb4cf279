import type { WebSocket } from 'ws';

/** What any client that reads at all has read by the next heartbeat. In bytes. */
const READ_IN_TIME = 64 * 1024;

/** Heartbeats that a client may leave unanswered while it has more than that to read. */
const PATIENCE_BEATS = 10;

/**
 * Pings a client. One that has not answered by the next heartbeat is cut off, as it is not there any more,
 * except that one with much to read before the ping may be slow: it has ten heartbeats.
 */
export function keepAlive(client: WebSocket, intervalMilliseconds: number): void {
  let sent = 0;
  let read = 0;
  let unanswered = 0;
  const send = client.send.bind(client) as (data: string, done?: (error?: Error) => void) => void;
  const sendCounted = (data: string, done?: (error?: Error) => void): void => {
    sent += data.length;
    send(data, done);
  };
  client.send = sendCounted as WebSocket['send'];

  const beat = (): void => {
    if (client.readyState !== client.OPEN) return;
    if (unanswered > (sent - read > READ_IN_TIME ? PATIENCE_BEATS - 1 : 0)) {
      client.terminate();
      return;
    }
    unanswered += 1;
    // The answer says which ping it answers, and so what was read before it.
    client.ping(String(sent));
  };
  // An answer that came while this process was busy is read before it is missed.
  const timer = setInterval(() => setImmediate(beat), intervalMilliseconds);
  client.on('pong', (data) => {
    unanswered = 0;
    const before = Number(data.toString());
    if (before >= read && before <= sent) read = before;
  });
  client.once('close', () => {
    clearInterval(timer);
  });
}
