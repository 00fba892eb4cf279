import { isTurnOver, rest } from '../../domain/fair-share.ts';

/**
 * Decoders are plain functions, and a large answer has too many rows for one turn of the event loop. A decoder that keeps what it has
 * read of a list stops by throwing `PAUSE`, and is called again in the next turn.
 */
export const PAUSE = new Error('The turn is over.');

/** After so many turns a decoder gets no more: it may not keep what it has read. */
const MOST_PAUSES = 1_000;

let mayPause = false;

/** True if a decoder that keeps what it has read should throw `PAUSE`. */
export function isPauseDue(): boolean {
  return mayPause && isTurnOver();
}

/** Calls the decoder until it is done. */
export async function inTurns<T>(decode: () => T): Promise<T> {
  for (let pauses = 0; ; pauses += 1) {
    mayPause = pauses < MOST_PAUSES;
    try {
      return decode();
    } catch (error) {
      if (error !== PAUSE) throw error;
    } finally {
      mayPause = false;
    }
    await rest();
  }
}
