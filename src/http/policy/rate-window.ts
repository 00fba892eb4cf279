/** How fast calls may start. */
export interface RateWindow {
  /** Milliseconds until the next call may start; 0: now. */
  delay(now: number): number;
  /** A call starts. */
  start(now: number): void;
}

/** So many starts in that time, at most. */
export interface RateWindowSize {
  readonly starts: number;
  readonly milliseconds: number;
}

/** Rates below one stretch the window. */
export function windowOf(requestsPerSecond: number): RateWindowSize {
  const starts = Math.max(1, Math.floor(requestsPerSecond));
  return { starts, milliseconds: (starts / requestsPerSecond) * 1_000 };
}

/**
 * At most `requestsPerSecond` starts in any second, bursts included: a sliding window, where a token
 * bucket lets twice as many through in the second after a pause.
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
