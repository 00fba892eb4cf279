import type { Readable } from 'node:stream';
import { FairShare } from '../../domain/fair-share.ts';
import { StringCutter } from './string-cutter.ts';

/** A body as it came; `whole` is false when it was longer than the limit and was left there. */
export interface Collected {
  readonly chunks: readonly Buffer[];
  readonly size: number;
  readonly whole: boolean;
  /** To how many bytes its strings were cut so that it is whole; null: it came as it is. */
  readonly cutTo: number | null;
}

/** A body whose strings are cut may have so many strings as long as they may be. */
const CUT_STRINGS = 16;

/** A body whose strings are cut is read to the end if it has at most so many times the limit. */
const MOST_LIMITS = 16;

/** The body in one piece, at most `limit` bytes of it. */
export function bytesOf({ chunks }: Collected, limit = Infinity): Buffer {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  return bytes.length > limit ? bytes.subarray(0, limit) : bytes;
}

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
    const stopAtLimit = (): void => {
      if (size <= limit && read <= limit * MOST_LIMITS) return;
      resolve({ chunks, size, whole: false, cutTo: null });
      body.destroy();
    };
    const cutAll = async (cutting: StringCutter): Promise<void> => {
      const before = chunks;
      const share = new FairShare();
      [chunks, size] = [[], 0];
      body.pause();
      for (const part of before) {
        add(cutting.cut(part));
        if (share.isSpent()) await share.rest();
      }
      stopAtLimit();
      body.resume();
    };
    body.on('data', (chunk: Buffer) => {
      read += chunk.length;
      add(cutter?.cut(chunk) ?? chunk);
      if (size > limit && cutsStrings && cutter === null) cutAll((cutter = new StringCutter(cutTo))).catch(reject);
      else stopAtLimit();
    });
    body.once('end', () => {
      resolve({ chunks, size, whole: true, cutTo: cutter === null ? null : cutTo });
    });
    body.once('error', reject);
    body.once('close', () => {
      reject(new Error('The body ended early'));
    });
  });
}
