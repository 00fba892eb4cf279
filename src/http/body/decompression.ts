import { PassThrough, pipeline, Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** What we offer in `Accept-Encoding`. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** A body that is there and cannot be decompressed. The message is ours. */
export class DecompressionFailure extends Error {
  override readonly name = 'DecompressionFailure';
}

/** Is that code (zlib's or brotli's) about what the body holds, and not about its early end? */
export function isAboutContent(code: string): boolean {
  return code !== 'Z_BUF_ERROR' && /^(?:Z_|ERR_BROTLI|ERR__ERROR)/.test(code);
}

/** Chooses by the first byte. */
type Decompressor = (first: number) => Transform;

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // Means zlib's format; some servers send the bare stream, which never begins like it.
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
};

/** Compressions that were not offered. Any other word (`utf-8`, `none`) is a mistake that changes nothing. */
const NOT_OFFERED = new Set(['zstd', 'compress', 'x-compress', 'dcb', 'dcz', 'lzma', 'bzip2', 'pack200-gzip', 'exi']);

/** Gateways compress once more what was compressed before. */
const MOST_LAYERS = 4;

/** Deflate itself reaches 1,032. A body that grows further was made to fill memory or to burn time. */
const LARGEST_GROWTH = 1_100;
const GROWTH_COUNTS_FROM_BYTES = 1024 * 1024;

/** A body as it was before its `Content-Encoding`s, the last of which was applied last. */
export function decompressed(body: Readable, header: string | readonly string[] | undefined): Readable {
  // Destroying a body before it is read raises an error on it; a reader still sees that error.
  body.on('error', ignore);
  const layers = layersOf(header);
  if (layers.length === 0) return body;
  const plain = layers.length > MOST_LAYERS ? null : decompressors(layers);
  if (plain === null) return refused(body, 'the answer is compressed in a way that was not asked for');
  const sent = counter();
  const bounded = growthLimit(() => sent.bytes());
  let last: Readable = piped(body, sent.stream);
  for (const decompress of plain) last = unwrapped(last, decompress);
  return piped(last, bounded);
}

/** In the order in which they are taken off. */
function layersOf(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const words = text.split(',', 100).map((word) => word.trim().toLowerCase());
  return words.filter((word) => Object.hasOwn(DECOMPRESSORS, word) || NOT_OFFERED.has(word)).reverse();
}

function decompressors(layers: readonly string[]): readonly Decompressor[] | null {
  const found = layers.map((word) => DECOMPRESSORS[word]);
  return found.includes(undefined) ? null : found.filter((each) => each !== undefined);
}

/** An empty body stays empty under every encoding. */
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

/** A reader that gives up the result gives up the body. */
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
