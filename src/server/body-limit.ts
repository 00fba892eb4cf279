import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Bounds a request's body. A body that says how long it is costs nothing to check: node's parser lets no
 * more through. One that comes in chunks is counted as it arrives. Returns false when it has answered.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, limit: number): boolean {
  const declared = request.headers['content-length'];
  if (declared !== undefined) {
    if (Number(declared) <= limit) return true;
    refuse(request, response, limit);
    return false;
  }
  if (request.headers['transfer-encoding'] !== undefined) countChunks(request, response, limit);
  return true;
}

/** Stands between the parser and whoever reads the body, without starting the flow as a listener would. */
function countChunks(request: IncomingMessage, response: ServerResponse, limit: number): void {
  const push: Duplex['push'] = request.push.bind(request);
  let bytes = 0;
  request.push = (chunk: unknown, encoding) => {
    bytes += chunk instanceof Uint8Array ? chunk.byteLength : 0;
    if (bytes <= limit) return push(chunk, encoding);
    if (!response.headersSent) refuse(request, response, limit);
    return false;
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, limit: number): void {
  const message = `The request's body is over the limit of ${limit} bytes.`;
  response.writeHead(413, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] }), () => {
    request.destroy();
  });
}
