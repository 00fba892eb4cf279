import { PassThrough, pipeline, Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { StreamedBody } from './answer-body.ts';
import type { AnswerBody } from './answer-body.ts';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** The value of `Accept-Encoding` in our requests. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** A body that cannot be decompressed. The message is our own and quotes nothing of the body. */
export class DecompressionFailure extends Error {
  override readonly name = 'DecompressionFailure';
}

/** True if a zlib or brotli error code concerns the content of the body, not its early end. */
export function isAboutContent(code: string): boolean {
  return code !== 'Z_BUF_ERROR' && /^(?:Z_|ERR_BROTLI|ERR__ERROR)/.test(code);
}

/** Creates a decompressor; the first byte of the body may decide which. */
type Decompressor = (first: number) => Transform;

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // `deflate` means the zlib format. Some servers send a raw deflate stream, which begins with a different first byte.
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
};

/**
 * Real encodings that our requests do not offer. Any other word (`utf-8`, `none`) is a server's mistake and is ignored.
 */
const NOT_OFFERED = new Set(['zstd', 'compress', 'x-compress', 'dcb', 'dcz', 'lzma', 'bzip2', 'pack200-gzip', 'exi']);

/** More than one, because gateways compress bodies that are already compressed. */
const MOST_LAYERS = 4;

/** Deflate reaches a ratio of at most 1,032. A body that grows more was crafted to exhaust memory or CPU time. */
const LARGEST_GROWTH = 1_100;
const GROWTH_COUNTS_FROM_BYTES = 1024 * 1024;

/** Undoes the encodings in `Content-Encoding`. The header lists them in the order in which the server applied them. */
export function decompressed(body: AnswerBody, header: string | readonly string[] | undefined): AnswerBody {
  const layers = header === undefined ? [] : layersOf(header);
  return layers.length === 0 ? body : new StreamedBody(unlayered(body.stream(), layers));
}

function unlayered(body: Readable, layers: readonly string[]): Readable {
  // Destroying an unread body emits an error; this listener keeps it from being uncaught. A reader still sees it.
  body.on('error', ignore);
  const plain = layers.length > MOST_LAYERS ? null : decompressors(layers);
  if (plain === null) return refused(body, 'the answer is compressed in a way that was not asked for');
  const sent = counter();
  const bounded = growthLimit(() => sent.bytes());
  let last: Readable = piped(body, sent.stream);
  for (const decompress of plain) last = unwrapped(last, decompress);
  return piped(last, bounded);
}

/** The encodings in the order in which they are undone. */
function layersOf(header: string | readonly string[]): readonly string[] {
  const text = typeof header === 'string' ? header : header.join(',');
  const words = text.split(',', 100).map((word) => word.trim().toLowerCase());
  return words.filter((word) => Object.hasOwn(DECOMPRESSORS, word) || NOT_OFFERED.has(word)).reverse();
}

function decompressors(layers: readonly string[]): readonly Decompressor[] | null {
  const found = layers.map((word) => DECOMPRESSORS[word]);
  return found.includes(undefined) ? null : found.filter((each) => each !== undefined);
}

/** Decompresses one layer. An empty body stays empty, whatever the encoding. */
function unwrapped(body: Readable, decompress: Decompressor): Readable {
  const plain = new PassThrough();
  plain.on('error', ignore);
  body.once('readable', () => {
    const first: unknown = body.read();
    if (!(first instanceof Uint8Array) || first.length === 0) {
      pipeline(body, plain, ignore);
      return;
    }
    body.unshift(first);
    pipeline(body, decompress(first[0] ?? 0), plain, ignore);
  });
  body.once('error', (error) => plain.destroy(error));
  plain.once('close', () => body.destroy());
  return plain;
}

/** Pipes a body. Destroying the result also destroys the body. */
function piped<T extends Transform>(body: Readable, transform: T): T {
  transform.on('error', ignore);
  pipeline(body, transform, ignore);
  return transform;
}

function counter(): { readonly stream: Transform; readonly bytes: () => number } {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}

function growthLimit(sent: () => number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > GROWTH_COUNTS_FROM_BYTES && bytes > sent() * LARGEST_GROWTH) {
        done(new DecompressionFailure(`the answer grows to more than ${LARGEST_GROWTH} times its size`));
      } else done(null, chunk);
    },
  });
}

function refused(body: Readable, message: string): Readable {
  const nothing = new PassThrough();
  nothing.on('error', ignore);
  body.destroy();
  nothing.destroy(new DecompressionFailure(message));
  return nothing;
}

function ignore(): void {
  // The reader of the stream handles its errors.
}
