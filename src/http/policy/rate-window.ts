/** Bounds how fast calls start. */
export interface RateWindow {
  /** Milliseconds until the next call may start; 0: now. */
  delay(now: number): number;
  /** Records the start of a call. */
  start(now: number): void;
}

/** At most `starts` starts within any `milliseconds`. */
export interface RateWindowSize {
  readonly starts: number;
  readonly milliseconds: number;
}

/** The window for a rate. A rate below one per second gives a window longer than a second. */
export function windowOf(requestsPerSecond: number): RateWindowSize {
  const starts = Math.max(1, Math.floor(requestsPerSecond));
  return { starts, milliseconds: (starts / requestsPerSecond) * 1_000 };
}

/**
 * At most `requestsPerSecond` starts in any second, bursts included. This is a sliding window: a token bucket would let
 * twice as many through in the second after a pause.
 */
export function createRateWindow(requestsPerSecond: number | null): RateWindow {
  if (requestsPerSecond === null) return { delay: () => 0, start: () => undefined };
  const { starts: size, milliseconds: width } = windowOf(requestsPerSecond);
  const starts: number[] = [];
  return {
    delay(now) {
      const oldest = starts.length < size ? undefined : starts[0];
      return oldest === undefined ? 0 : Math.max(0, oldest + width - now);
    },
    start(now) {
      starts.push(now);
      if (starts.length > size) starts.shift();
    },
  };
}
