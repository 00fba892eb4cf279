import type { WebSocket } from 'ws';

/** Characters that any client that reads at all has read by the next heartbeat. */
const READ_IN_TIME = 64 * 1024;

/** Heartbeats that a client may leave unanswered while more than that is still unread. */
const PATIENCE_BEATS = 10;

/**
 * Pings a client. A client that has not answered by the next heartbeat counts as gone and is disconnected. A client
 * with much to read before the ping may just be slow: it has ten heartbeats.
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
    // The pong repeats this number, which shows how much the client had read before the ping.
    client.ping(String(sent));
  };
  // `setImmediate` lets a pong that arrived while this process was busy be read first.
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
