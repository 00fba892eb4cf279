import type { Cancellation } from '../request/abort.ts';

/** Time and chance, so that tests need to wait for neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects with the reason of the cancellation. */
  readonly sleep: (milliseconds: number, cancellation: Cancellation) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** The machine's own. */
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
