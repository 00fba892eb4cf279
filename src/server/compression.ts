import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { BrotliCompress, Gzip } from 'node:zlib';
import { acceptedEncodings } from './client/encodings.ts';

/** Shorter answers are not compressed: they fit into one packet. */
const LEAST_BYTES = 1_024;

/** Compressible media types. Server-sent events are excluded, because each event must arrive at once. */
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:json|x-ndjson|graphql-response\+json))/i;

const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 };

/**
 * In order of preference. Tuned for speed rather than size, and with small windows, because each answer has its own
 * encoder.
 */
const ENCODERS: Readonly<Record<string, () => BrotliCompress | Gzip>> = {
  br: () => createBrotliCompress({ params: BROTLI }),
  gzip: () => createGzip({ level: 4 }),
};

/** The most preferred encoding that the client accepts. */
function bestEncoding(accepted: string | undefined): string | undefined {
  const names = acceptedEncodings(accepted);
  return Object.keys(ENCODERS).find((encoding) => names.has(encoding));
}

/**
 * Compresses an answer for hosts that use the Fetch API. The host finds `content-encoding` in it and must pass it on.
 */
export function compressed(response: Response, accepted: string | null): Response {
  const { body, headers, status, statusText } = response;
  const header = (name: string): string => headers.get(name) ?? '';
  if (body === null || !mayCompress(header)) return response;
  headers.append('vary', 'accept-encoding');
  const name = bestEncoding(accepted ?? undefined);
  const encoder = name === undefined ? undefined : ENCODERS[name]?.();
  const length = headers.get('content-length');
  if (name === undefined || encoder === undefined || (length !== null && Number(length) < LEAST_BYTES)) return response;
  headers.delete('content-length');
  headers.set('content-encoding', name);
  // The encoder is a pair of byte streams, but the types of `toWeb` do not express that.
  const pair = Duplex.toWeb(encoder) as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Response(body.pipeThrough(pair), { status, statusText, headers });
}

/** True for text that is not yet compressed and may be transformed. */
function mayCompress(header: (name: string) => string): boolean {
  if (!COMPRESSIBLE.test(header('content-type')) || header('content-encoding') !== '') return false;
  return !/\bno-transform\b/i.test(header('cache-control'));
}

type Untyped<Result> = (...given: readonly unknown[]) => Result;

/** The original methods of a response, without their overloads. */
interface Plain {
  readonly writeHead: ServerResponse['writeHead'];
  readonly write: Untyped<boolean>;
  readonly end: Untyped<ServerResponse>;
}

/**
 * Compresses what is written to a response if its client accepts that and the answer is large enough. Every chunk is
 * flushed, so that chunks arrive as they are written. The work runs off the event loop. A response that has already
 * begun, such as a refusal of a long body, is left unchanged.
 */
export function compress(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return;
  const name = bestEncoding(request.headers['accept-encoding']);
  const plain: Plain = {
    writeHead: response.writeHead.bind(response),
    write: response.write.bind(response) as Plain['write'],
    end: response.end.bind(response) as Plain['end'],
  };
  let encoder: BrotliCompress | Gzip | null = null;
  let isDecided = false;

  /** Decides at the first write, by the length of the answer (infinite if unknown). */
  function decide(length: number): void {
    if (isDecided) return;
    isDecided = true;
    // From here on, Node calls this method to write the head.
    response.writeHead = plain.writeHead;
    if (!mayCompress((header) => String(response.getHeader(header) ?? ''))) return;
    response.appendHeader('vary', 'accept-encoding');
    if (name === undefined || length < LEAST_BYTES) return;
    encoder = ENCODERS[name]?.() ?? null;
    if (encoder === null) return;
    response.removeHeader('content-length');
    response.setHeader('content-encoding', name);
    connect(encoder, response, plain);
  }

  // Hold the head back until it is decided whether to compress.
  response.writeHead = (status: number, ...given: unknown[]) => {
    keepHead(response, status, given);
    return response;
  };

  response.write = (...given: readonly unknown[]) => {
    decide(Number(response.getHeader('content-length') ?? Infinity));
    if (encoder === null) return plain.write(...given);
    const hasRoom = (encoder.write.bind(encoder) as Plain['write'])(...given);
    encoder.flush();
    return hasRoom;
  };

  response.end = (...given: readonly unknown[]) => {
    const [chunk, encoding] = given;
    decide(typeof chunk === 'string' || chunk instanceof Uint8Array ? Buffer.byteLength(chunk) : 0);
    if (encoder === null) return plain.end(...given);
    const done = given.find((each) => typeof each === 'function');
    if (done !== undefined) response.once('finish', done as () => void);
    if (typeof chunk === 'string')
      encoder.end(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    else if (chunk instanceof Uint8Array) encoder.end(chunk);
    else encoder.end();
    return response;
  };
}

/** Passes on the encoder's output no faster than the client reads. */
function connect(encoder: BrotliCompress | Gzip, response: ServerResponse, plain: Plain): void {
  encoder.on('data', (chunk: Buffer) => {
    if (!plain.write(chunk)) encoder.pause();
  });
  response.on('drain', () => {
    if (!response.writableNeedDrain) encoder.resume();
  });
  // Writers wait for `drain` on the response.
  encoder.on('drain', () => response.emit('drain'));
  encoder.once('end', () => plain.end());
  encoder.once('error', () => response.destroy());
  response.once('close', () => encoder.destroy());
}

function keepHead(response: ServerResponse, status: number, given: readonly unknown[]): void {
  const [message, headers] = typeof given[0] === 'string' ? given : [undefined, given[0]];
  response.statusCode = status;
  if (typeof message === 'string') response.statusMessage = message;
  for (const [name, value] of entriesOf(headers)) if (value !== undefined) response.setHeader(name, value);
}

/** Entries of headers given as an object, or as an array of alternating names and values. */
function entriesOf(headers: unknown): readonly (readonly [string, OutgoingHttpHeaders[string]])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers as OutgoingHttpHeaders);
  const flat = (headers as readonly unknown[]).flat();
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), String(flat[index + 1])] as const] : []));
}
