import type { Cancellation } from '../request/abort.ts';

/** Time and randomness, so that tests can replace both. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects with the reason of the cancellation. */
  readonly sleep: (milliseconds: number, cancellation: Cancellation) => Promise<void>;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (milliseconds, cancellation) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        forget();
        resolve();
      }, milliseconds);
      const forget = cancellation.onAbort(() => {
        clearTimeout(timer);
        reject(cancellation.reason);
      });
    }),
};
