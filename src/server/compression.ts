import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { BrotliCompress, Gzip } from 'node:zlib';
import { acceptedEncodings } from './client/encodings.ts';

/** A shorter answer is sent as it is: it fits into one packet. */
const LEAST_BYTES = 1_024;

/** Texts, but for events: each of them is to arrive at once. */
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:json|x-ndjson|graphql-response\+json))/i;

const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 };

/** The best first. Quick rather than small, and with windows that take little memory, as each answer has its own. */
const ENCODERS: Readonly<Record<string, () => BrotliCompress | Gzip>> = {
  br: () => createBrotliCompress({ params: BROTLI }),
  gzip: () => createGzip({ level: 4 }),
};

/** The best that a client takes of those that there are here. */
function bestEncoding(accepted: string | undefined): string | undefined {
  const names = acceptedEncodings(accepted);
  return Object.keys(ENCODERS).find((encoding) => names.has(encoding));
}

/**
 * The same for hosts that speak the Fetch API. What the host makes of the answer is its own: it finds `content-encoding` there, as
 * in an answer of any other server.
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
  // The encoder is a pair of streams of bytes, which the types of its web form do not say.
  const pair = Duplex.toWeb(encoder) as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Response(body.pipeThrough(pair), { status, statusText, headers });
}

/** Is it a text that is not compressed yet, and may be sent in another form? */
function mayCompress(header: (name: string) => string): boolean {
  if (!COMPRESSIBLE.test(header('content-type')) || header('content-encoding') !== '') return false;
  return !/\bno-transform\b/i.test(header('cache-control'));
}

type Untyped<Result> = (...given: readonly unknown[]) => Result;

/** The methods of a response as they were, whatever their many forms. */
interface Plain {
  readonly writeHead: ServerResponse['writeHead'];
  readonly write: Untyped<boolean>;
  readonly end: Untyped<ServerResponse>;
}

/**
 * Compresses what is written to a response, where its client takes that and it pays. Every piece is flushed, so that what comes in
 * pieces arrives in pieces. The work is done off the event loop. An answer that has begun, as one to a body that is too long may
 * have, stays as it is.
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

  /** Called with what comes first: how long it is, or that more may follow. */
  function decide(length: number): void {
    if (isDecided) return;
    isDecided = true;
    // Node writes the head by itself now, by this method.
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

  // Kept until it is known whether it says more.
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

/** Passes on what the encoder gives, no faster than the client reads. */
function connect(encoder: BrotliCompress | Gzip, response: ServerResponse, plain: Plain): void {
  encoder.on('data', (chunk: Buffer) => {
    if (!plain.write(chunk)) encoder.pause();
  });
  response.on('drain', () => {
    if (!response.writableNeedDrain) encoder.resume();
  });
  // Those who write wait for this of the response.
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

/** An object, or names and values in turn. */
function entriesOf(headers: unknown): readonly (readonly [string, OutgoingHttpHeaders[string]])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers as OutgoingHttpHeaders);
  const flat = (headers as readonly unknown[]).flat();
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), String(flat[index + 1])] as const] : []));
}
