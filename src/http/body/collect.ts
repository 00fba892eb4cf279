import { FairShare } from '../../domain/fair-share.ts';
import type { AnswerBody } from './answer-body.ts';
import { StringCutter } from './string-cutter.ts';

/** A collected body. `whole` is false if the body exceeded the limit and reading stopped there. */
export interface Collected {
  readonly chunks: readonly Buffer[];
  readonly size: number;
  readonly whole: boolean;
  /** The byte length that strings were cut to so that the body fits. Null: nothing was cut. */
  readonly cutTo: number | null;
}

/** Strings are cut to the limit divided by this, so a body of this many strings of that length fits. */
const CUT_STRINGS = 16;

/** A body whose strings are cut is read to the end if its size is at most this multiple of the limit. */
const MOST_LIMITS = 16;

/** The body in one piece, at most `limit` bytes of it. */
export function bytesOf({ chunks }: Collected, limit = Infinity): Buffer {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  return bytes.length > limit ? bytes.subarray(0, limit) : bytes;
}

/**
 * Reads a body up to `limit` bytes, then abandons the rest. Rejects if the body ends early. `cutsStrings`: in JSON over
 * the limit, cut long strings; the bytes cut off do not count toward the limit.
 */
export function collect(body: AnswerBody, limit: number, cutsStrings = false): Promise<Collected> {
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
    body.read({
      data: (chunk) => {
        read += chunk.length;
        add(cutter?.cut(chunk) ?? chunk);
        if (size > limit && cutsStrings && cutter === null) cutAll((cutter = new StringCutter(cutTo))).catch(reject);
        else stopAtLimit();
      },
      end: () => {
        resolve({ chunks, size, whole: true, cutTo: cutter === null ? null : cutTo });
      },
      fail: reject,
    });
  });
}
