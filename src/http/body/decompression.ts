import { pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** What we offer in `Accept-Encoding`. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** A body as it was before `Content-Encoding`; one in an encoding that was not offered stays as it is. */
export function decompressed(body: Readable, encoding: string | readonly string[] | undefined): Readable {
  // Destroying a body that nobody has read yet raises an error on it; whoever reads it still sees that error.
  body.on('error', ignore);
  const create = typeof encoding === 'string' ? DECOMPRESSORS[encoding.trim().toLowerCase()] : undefined;
  if (create === undefined) return body;
  const plain = create();
  plain.on('error', ignore);
  pipeline(body, plain, ignore);
  return plain;
}

function ignore(): void {
  // The reader of the stream handles its errors.
}
