import { FairShare } from '../../domain/fair-share.ts';
import type { AnswerBody } from './answer-body.ts';
import { StringCutter } from './string-cutter.ts';

/** A collected body. `whole` is false if the body exceeded the limit and reading stopped there. */
export interface Collected {
  /** The parser may take them out. */
  readonly chunks: Buffer[];
  readonly size: number;
  readonly whole: boolean;
  /** The byte length that strings were cut to so that the body fits. Null: nothing was cut. */
  readonly cutTo: number | null;
}

/** Strings are first cut to the limit divided by this, so a body of this many strings of that length fits. */
const CUT_STRINGS = 16;

/** Where the body still does not fit, the length of its strings is divided by this, again and again. */
const CUT_FURTHER = 4;

/** Strings are not cut below this many bytes by dividing again: ids, times and tokens stay whole. */
const LEAST_STRING = 1_024;

/** A body whose strings are cut is read to the end if its size is at most this multiple of the limit. */
const MOST_LIMITS = 16;

/** The body in one piece, at most `limit` bytes of it. */
export function bytesOf({ chunks }: Collected, limit = Infinity): Buffer {
  const [first] = chunks;
  if (first !== undefined && (chunks.length === 1 || first.length >= limit)) return first.subarray(0, limit);
  const bytes = Buffer.concat(chunks);
  return bytes.length > limit ? bytes.subarray(0, limit) : bytes;
}

/** Asks for the memory that so many bytes take. A promise: wait for it. Throws, or rejects, if there is none. */
export type Hold = (bytes: number) => Promise<void> | null;

/** Memory for a body is asked for in steps of this size, beyond its first bytes, which take part in nothing. */
const STEP_BYTES = 1024 * 1024;
const FREE_BYTES = 256 * 1024;

/**
 * Reads a body up to `limit` bytes, then abandons the rest. Rejects if the body ends early. `cutsStrings`: in JSON over
 * the limit, cut long strings; the bytes cut off do not count toward the limit. `hold`: asks for the memory of a large
 * body; nothing more is read while it waits.
 */
export function collect(
  body: AnswerBody,
  limit: number,
  cutsStrings = false,
  hold: Hold | null = null,
): Promise<Collected> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let read = 0;
    let held = hold === null ? Infinity : FREE_BYTES;
    let cutter: StringCutter | null = null;
    let cutTo = Math.floor(limit / CUT_STRINGS);
    const add = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
    };
    const stopAtLimit = (): void => {
      if (size <= limit && read <= limit * MOST_LIMITS) return;
      resolve({ chunks, size, whole: false, cutTo: null });
      body.destroy();
    };
    /** Cuts what has come, and cuts it shorter while it does not fit. What comes next is cut to the same length. */
    const cutAll = async (): Promise<void> => {
      const share = new FairShare();
      body.pause();
      while (size > limit && (cutter === null || cutTo / CUT_FURTHER >= LEAST_STRING)) {
        if (cutter !== null) cutTo = Math.floor(cutTo / CUT_FURTHER);
        const cutting = new StringCutter(cutTo);
        const before = chunks;
        [chunks, size] = [[], 0];
        for (const part of before) {
          add(cutting.cut(part));
          if (share.isSpent()) await share.rest();
        }
        cutter = cutter?.shortenedAs(cutting) ?? cutting;
      }
      stopAtLimit();
      body.resume();
    };
    const refuse = (error: unknown): void => {
      // The error of the room, whatever it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(error);
      body.destroy();
    };
    /** True if it pauses the body until it is done. */
    const bound = (): boolean => {
      if (size > limit && cutsStrings) {
        cutAll().catch(reject);
        return true;
      }
      stopAtLimit();
      return false;
    };
    const waitForRoom = (room: Promise<void>): void => {
      body.pause();
      room.then(() => {
        if (!bound()) body.resume();
      }, refuse);
    };
    body.read({
      data: (chunk) => {
        read += chunk.length;
        add(cutter?.cut(chunk) ?? chunk);
        if (size <= held) {
          bound();
          return;
        }
        const more = Math.max(STEP_BYTES, size - held);
        held += more;
        try {
          const room = hold?.(more) ?? null;
          if (room === null) bound();
          else waitForRoom(room);
        } catch (error) {
          refuse(error);
        }
      },
      end: () => {
        resolve({ chunks, size, whole: true, cutTo: cutter === null ? null : cutTo });
      },
      fail: reject,
    });
  });
}
