import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';

/** Reads a file that the configuration names. Throws `UnreadableFile`. */
export type ReadText = (path: string) => string;

/** A file cannot be used. The message says why; it contains nothing of the file. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** A bundle of all public certificate authorities is a quarter of this size. */
const LARGEST_BYTES = 1024 * 1024;

/** Reads text files; relative paths start at `folder`. */
export function textFilesIn(folder: string): ReadText {
  return (path) => decodeText(readBounded(resolve(folder, path)));
}

/** Bounded, because a file may be a pipe or a device, whose size is not known in advance. */
function readBounded(path: string): Buffer {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(LARGEST_BYTES + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read) {
      read = readSync(file, bytes, size, bytes.length - size, null);
    }
    if (size > LARGEST_BYTES) throw new UnreadableFile('is larger than 1 MiB');
    return bytes.subarray(0, size);
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UnreadableFile(`cannot be read${reason}`);
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** UTF-8, or UTF-16 if there is a byte order mark (editors and shells on Windows write both). The mark is removed. */
export function decodeText(bytes: Uint8Array): string {
  const mark = bytes.length < 2 ? 0 : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const encoding = mark === 0xff_fe ? 'utf-16le' : mark === 0xfe_ff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile('is not UTF-8 text');
  }
}
