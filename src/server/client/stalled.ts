import type { ServerResponse } from 'node:http';

/** Intervals without progress before a client is disconnected. */
const PATIENCE = 10;

/** Disconnects a client that reads nothing for ten intervals although data waits for it: it may be gone. */
export function cutOffWhenStalled(response: ServerResponse, intervalMilliseconds: number): void {
  // The client has left already, and `close` does not come again.
  if (response.closed) return;
  let taken = -1;
  let silent = 0;
  const timer = setInterval(() => {
    const { socket } = response;
    const now = socket === null ? -1 : socket.bytesWritten - socket.writableLength;
    const waits = response.writableNeedDrain || (response.writableEnded && response.writableLength > 0);
    silent = waits && now === taken ? silent + 1 : 0;
    taken = now;
    if (silent >= PATIENCE) response.destroy();
  }, intervalMilliseconds);
  response.once('close', () => {
    clearInterval(timer);
  });
}
