import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refused } from './client/gate.ts';
import type { RefusedRequest } from './client/gate.ts';

/**
 * How long and how much a refused client may still send. Closing a connection with unread data resets it, and the reset
 * can discard the answer before the client reads it.
 */
const LINGER_MILLISECONDS = 5_000;
const LINGER_BYTES = 64 * 1024 * 1024;

/**
 * Bounds a request's body. A declared length costs nothing to check, because Node's parser enforces it. A chunked body
 * is counted as it arrives, and `take` tells whether there is memory for each chunk. Returns false if it has already answered.
 */
export function limitBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  take: (bytes: number) => boolean,
): boolean {
  if (isTooLong(request, limit)) {
    const linger = refuse(request, response, tooLong(limit));
    request.on('data', (chunk: Uint8Array) => {
      linger.unread(chunk.byteLength);
    });
    request.once('end', () => {
      linger.end();
    });
    return false;
  }
  if (request.headers['transfer-encoding'] !== undefined) countChunks(request, response, limit, take);
  return true;
}

/** True if the request declares a body over the limit. */
export function isTooLong({ headers }: IncomingMessage, limit: number): boolean {
  const declared = headers['content-length'];
  return declared !== undefined && Number(declared) > limit;
}

/** Counts between the parser and the reader of the body. A `data` listener would start the flow too early. */
function countChunks(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  take: (bytes: number) => boolean,
): void {
  const push: Duplex['push'] = request.push.bind(request);
  let bytes = 0;
  let linger: Linger | null = null;
  request.push = (chunk: unknown, encoding) => {
    const size = chunk instanceof Uint8Array ? chunk.byteLength : 0;
    bytes += size;
    if (linger === null) {
      const refusal = bytes > limit ? tooLong(limit) : take(size) ? null : NO_ROOM;
      if (refusal === null) return push(chunk, encoding);
      if (response.headersSent) return false;
      linger = refuse(request, response, refusal);
    }
    // Withhold the end of the body too, or the reader would take the beginning for the whole.
    if (chunk === null) linger.end();
    else linger.unread(size);
    return true;
  };
}

/** Handles the rest of a refused request's body. */
interface Linger {
  /** More bytes have arrived. */
  unread(bytes: number): void;
  /** The whole body has arrived. */
  end(): void;
}

const tooLong = (limit: number): RefusedRequest =>
  refused(413, 'BAD_USER_INPUT', `The request's body is over the limit of ${limit} bytes.`);

/** The memory for requests and answers is taken. */
export const NO_ROOM = refused(
  429,
  'FORBIDDEN',
  'Requests and answers that are under way take all memory that there is for one caller (limits.unreadBytes). Ask again later, or for less.',
  { retryAfterSeconds: 1 },
  { 'retry-after': '1' },
);

/**
 * Answers at once. Ends the connection when the client has sent everything, or after `LINGER_MILLISECONDS` or
 * `LINGER_BYTES`.
 */
function refuse(request: IncomingMessage, response: ServerResponse, { status, headers, body }: RefusedRequest): Linger {
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  // The declared length lets the client finish reading, so the end of the response can wait.
  response.write(body);
  let left = LINGER_BYTES;
  const end = (): void => {
    clearTimeout(timer);
    response.end(() => {
      request.destroy();
    });
  };
  const timer = setTimeout(end, LINGER_MILLISECONDS);
  response.once('close', () => {
    clearTimeout(timer);
  });
  return {
    end,
    unread(bytes) {
      left -= bytes;
      if (left < 0) end();
    },
  };
}
