import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';

/** A comment, which clients of server-sent events ignore. */
const COMMENT = ':\n\n';

/** Heartbeats in a row that find the client not reading, before it is disconnected. */
const PATIENCE_BEATS = 10;

/** Keeps streams of server-sent events alive: see `beat`. */
export function eventHeartbeats(intervalMilliseconds: number): Plugin {
  return {
    onResponse({ response, serverContext }) {
      if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return;
      const outgoing = (serverContext as { readonly res?: ServerResponse }).res;
      // `close` does not come again of a client that has left.
      if (outgoing?.closed === false) beat(outgoing, intervalMilliseconds);
    },
  };
}

/**
 * Writes a comment after an interval without output, so that proxies keep the connection, and a broken connection is
 * noticed. Replaces yoga's own comments, whose interval is fixed, except the first, which shows that the stream has
 * begun. Disconnects a client that reads nothing for ten intervals although data waits for it: it may be gone.
 */
function beat(response: ServerResponse, intervalMilliseconds: number): void {
  // Each chunk that yoga writes holds whole events, so a comment may go between any two chunks.
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  let hasBegun = false;
  let blocked = 0;
  const writeEvents = (chunk: unknown): boolean => {
    if (hasBegun && isComment(chunk)) return !response.writableNeedDrain;
    hasBegun = true;
    silence.refresh();
    return write(chunk);
  };
  response.write = writeEvents;
  // The last events may still wait for a slow client. After the end, nothing may be written.
  const isBlocked = (): boolean => response.writableNeedDrain || response.writableEnded;
  // Each event restarts it, so that no silence is longer.
  const silence = setInterval(() => {
    if (hasBegun && !isBlocked()) write(COMMENT);
  }, intervalMilliseconds);
  const reading = setInterval(() => {
    blocked = isBlocked() ? blocked + 1 : 0;
    if (blocked >= PATIENCE_BEATS) response.destroy();
  }, intervalMilliseconds);
  response.once('close', () => {
    clearInterval(silence);
    clearInterval(reading);
  });
}

function isComment(chunk: unknown): boolean {
  return chunk instanceof Uint8Array && chunk.length === COMMENT.length && Buffer.from(chunk).equals(COMMENT_BYTES);
}

const COMMENT_BYTES = Buffer.from(COMMENT);
