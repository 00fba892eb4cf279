import type { ServerResponse } from 'node:http';

/** Intervals in which a client reads nothing of what waits for it, before it is given up. */
const PATIENCE = 10;

/** Cuts off a client that reads nothing for ten intervals although there is something to read: it may be gone. */
export function cutOffWhenStalled(response: ServerResponse, intervalMilliseconds: number): void {
  let taken = -1;
  let silent = 0;
  const timer = setInterval(() => {
    const { socket } = response;
    const now = socket === null ? -1 : socket.bytesWritten - socket.writableLength;
    silent = response.writableNeedDrain && now === taken ? silent + 1 : 0;
    taken = now;
    if (silent >= PATIENCE) response.destroy();
  }, intervalMilliseconds);
  response.once('close', () => {
    clearInterval(timer);
  });
}
