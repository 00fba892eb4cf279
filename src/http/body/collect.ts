import type { Readable } from 'node:stream';
import { StringCutter } from './string-cutter.ts';

/** A body in one piece; `whole` is false when it was longer than the limit and was left there. */
export interface Collected {
  readonly bytes: Buffer;
  readonly whole: boolean;
  /** To how many bytes its strings were cut so that it is whole; null: it came as it is. */
  readonly cutTo: number | null;
}

/** A body whose strings are cut may have so many strings as long as they may be. */
const CUT_STRINGS = 16;

/** A body whose strings are cut is read to the end if it has at most so many times the limit. */
const MOST_LIMITS = 16;

/**
 * Reads at most `limit` bytes of a body, and hangs up on the rest. Rejects on a cut body. `cutsStrings`: the strings of
 * JSON that is longer are cut, and what they lose does not count.
 */
export function collect(body: Readable, limit: number, cutsStrings = false): Promise<Collected> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let read = 0;
    let cutter: StringCutter | null = null;
    const cutTo = Math.floor(limit / CUT_STRINGS);
    const add = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
    };
    body.on('data', (chunk: Buffer) => {
      read += chunk.length;
      add(cutter?.cut(chunk) ?? chunk);
      if (size > limit && cutsStrings && cutter === null) {
        const cutting = (cutter = new StringCutter(cutTo));
        const before = chunks;
        [chunks, size] = [[], 0];
        for (const part of before) add(cutting.cut(part));
      }
      if (size <= limit && read <= limit * MOST_LIMITS) return;
      resolve({ bytes: Buffer.concat(chunks).subarray(0, limit), whole: false, cutTo: null });
      body.destroy();
    });
    body.once('end', () => {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      resolve({ bytes, whole: true, cutTo: cutter === null ? null : cutTo });
    });
    body.once('error', reject);
    body.once('close', () => {
      reject(new Error('The body ended early'));
    });
  });
}
