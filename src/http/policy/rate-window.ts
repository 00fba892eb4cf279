/** How fast calls may start. */
export interface RateWindow {
  /** Milliseconds until the next call may start; 0: now. */
  delay(now: number): number;
  /** A call starts. */
  start(now: number): void;
}

/**
 * At most `requestsPerSecond` starts in any second, bursts included: a sliding window, where a token
 * bucket lets twice as many through in the second after a pause. Rates below one stretch the window.
 */
export function createRateWindow(requestsPerSecond: number | null): RateWindow {
  if (requestsPerSecond === null) return { delay: () => 0, start: () => undefined };
  const size = Math.max(1, Math.floor(requestsPerSecond));
  const width = (size / requestsPerSecond) * 1_000;
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
