/** Retries are at most this share of recent calls. */
const SHARE = 0.2;

/** Retries allowed in addition: a share of a rarely called source would be nothing. */
const FLOOR = 10;

/** Time constant of the decay: how long a call or a retry counts on average. */
const MEMORY_MILLISECONDS = 10_000;

/** Bounds the retries at one source, so that retries do not multiply the load on a failing source. */
export interface RetryBudget {
  /** A call begins. */
  call(): void;
  /** True if a failed attempt may be repeated; then the retry is counted. */
  retry(): boolean;
}

export function createRetryBudget(now: () => number): RetryBudget {
  let calls = 0;
  let retries = 0;
  let since = now();

  /** Lets older calls and retries count less and less. */
  function fade(): void {
    const time = now();
    const left = Math.exp(-Math.max(0, time - since) / MEMORY_MILLISECONDS);
    calls *= left;
    retries *= left;
    since = time;
  }

  return {
    call() {
      fade();
      calls += 1;
    },
    retry() {
      fade();
      if (retries + 1 > FLOOR + SHARE * calls) return false;
      retries += 1;
      return true;
    },
  };
}
