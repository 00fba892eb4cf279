import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';

/** A comment: clients of server-sent events skip it. */
const COMMENT = ':\n\n';

/** Heartbeats for which nothing could be written, because the client does not read, before it is given up. */
const PATIENCE_BEATS = 10;

/** Keeps streams of server-sent events alive: see `beat`. */
export function eventHeartbeats(intervalMilliseconds: number): Plugin {
  return {
    onResponse({ response, serverContext }) {
      if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return;
      const outgoing = (serverContext as { readonly res?: ServerResponse }).res;
      if (outgoing !== undefined) beat(outgoing, intervalMilliseconds);
    },
  };
}

/**
 * Writes a comment whenever nothing was written for an interval, so that proxies keep the connection and
 * one that broke is found out by writing to it. Takes the place of the server library's own comments, whose
 * interval is fixed; the first one, which shows that the stream has begun, is left. A client that reads
 * nothing for ten intervals although there is something to read is cut off: it may be gone.
 */
function beat(response: ServerResponse, intervalMilliseconds: number): void {
  // Each chunk that the library writes holds whole events: a comment may stand between any two of them.
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  let hasBegun = false;
  let isSilent = true;
  let blocked = 0;
  const writeEvents = (chunk: unknown): boolean => {
    if (hasBegun && isComment(chunk)) return !response.writableNeedDrain;
    hasBegun = true;
    isSilent = false;
    return write(chunk);
  };
  response.write = writeEvents;
  const timer = setInterval(() => {
    // The last events may wait for a slow client, too; behind the end nothing may be written.
    blocked = response.writableNeedDrain || response.writableEnded ? blocked + 1 : 0;
    if (blocked >= PATIENCE_BEATS) response.destroy();
    else if (isSilent && hasBegun && blocked === 0) write(COMMENT);
    isSilent = true;
  }, intervalMilliseconds);
  response.once('close', () => {
    clearInterval(timer);
  });
}

function isComment(chunk: unknown): boolean {
  return chunk instanceof Uint8Array && chunk.length === COMMENT.length && Buffer.from(chunk).equals(COMMENT_BYTES);
}

const COMMENT_BYTES = Buffer.from(COMMENT);
