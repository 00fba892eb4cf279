import type { Call } from './call.ts';
import { isTurnOver, oncePerTurn } from './fair-share.ts';

/**
 * Turns of the event loop, for work that comes in pieces: rows to be turned into an answer. Without pauses between the
 * pieces, a large answer would block the process until it is complete. Operations take turns, so that a small one does
 * not wait for a large one.
 */

/** Fields of rows that are processed in one turn of the event loop: a few milliseconds. */
export const UNITS_PER_TURN = 2_000;

interface Piece {
  readonly units: number;
  readonly begin: () => void;
}

/** Waiting pieces by operation; the operation whose turn is next comes first. */
const waiting = new Map<AbortSignal, Piece[]>();
let left = UNITS_PER_TURN;
const schedule = oncePerTurn(nextTurn);

/** Waits for its turn. Rejects with the reason of the call's signal if the client has left or its time is over. */
export async function takeTurn({ signal }: Pick<Call, 'signal'>, units: number): Promise<void> {
  if (waiting.size === 0 && left > 0 && !isTurnOver()) spend(units);
  else {
    await new Promise<void>((resolve) => {
      const pieces = waiting.get(signal);
      if (pieces === undefined) waiting.set(signal, [{ units, begin: resolve }]);
      else pieces.push({ units, begin: resolve });
      schedule();
    });
  }
  signal.throwIfAborted();
}

function spend(units: number): void {
  left -= units;
  schedule();
}

function nextTurn(): void {
  left = UNITS_PER_TURN;
  for (const [signal, pieces] of waiting) {
    waiting.delete(signal);
    // Operations that were aborted need no turn: all their pieces reject at once.
    const begun = signal.aborted ? pieces.splice(0) : pieces.splice(0, 1);
    for (const { begin, units } of begun) {
      begin();
      if (!signal.aborted) spend(units);
    }
    // Back to the end of the queue.
    if (pieces.length > 0) waiting.set(signal, pieces);
    if (left <= 0) break;
  }
  if (waiting.size > 0) schedule();
}
