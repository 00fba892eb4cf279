import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * What a client may still send after it was refused. A connection that is closed with something unread is
 * reset, and the reset takes the answer away from a client that has not read it yet.
 */
const LINGER_MILLISECONDS = 5_000;
const LINGER_BYTES = 64 * 1024 * 1024;

/**
 * Bounds a request's body. A body that says how long it is costs nothing to check: node's parser lets no
 * more through. One that comes in chunks is counted as it arrives. Returns false when it has answered.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, limit: number): boolean {
  if (isTooLong(request, limit)) {
    const linger = refuse(request, response, limit);
    request.on('data', (chunk: Uint8Array) => {
      linger.unread(chunk.byteLength);
    });
    request.once('end', () => {
      linger.end();
    });
    return false;
  }
  if (request.headers['transfer-encoding'] !== undefined) countChunks(request, response, limit);
  return true;
}

/** Does a request say that its body is too long? */
export function isTooLong({ headers }: IncomingMessage, limit: number): boolean {
  const declared = headers['content-length'];
  return declared !== undefined && Number(declared) > limit;
}

/** Stands between the parser and the reader of the body, without starting the flow as a listener would. */
function countChunks(request: IncomingMessage, response: ServerResponse, limit: number): void {
  const push: Duplex['push'] = request.push.bind(request);
  let bytes = 0;
  let linger: Linger | null = null;
  request.push = (chunk: unknown, encoding) => {
    const size = chunk instanceof Uint8Array ? chunk.byteLength : 0;
    bytes += size;
    if (bytes <= limit) return push(chunk, encoding);
    if (linger === null && response.headersSent) return false;
    linger ??= refuse(request, response, limit);
    // The reader of the body must not take its beginning for all of it, so its end is kept back, too.
    if (chunk === null) linger.end();
    else linger.unread(size);
    return true;
  };
}

/** What is left of a refused request. */
interface Linger {
  /** So much more has come. */
  unread(bytes: number): void;
  /** All of it has come. */
  end(): void;
}

/** Answers at once, and ends the connection when the client has sent everything, or has had its time. */
function refuse(request: IncomingMessage, response: ServerResponse, limit: number): Linger {
  const message = `The request's body is over the limit of ${limit} bytes.`;
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
  response.writeHead(413, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  // The length tells the client that it has the whole answer: its end may wait.
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
