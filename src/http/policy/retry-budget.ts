/** Retries are at most this part of the calls of the last seconds. */
const SHARE = 0.2;

/** So many are allowed besides: a source that is asked little has hardly any calls to take a part of. */
const FLOOR = 10;

/** How long a call and a retry count, on average. */
const MEMORY_MILLISECONDS = 10_000;

/** Bounds how many failed calls of a source are repeated, so that one that fails is not asked several times as much as before. */
export interface RetryBudget {
  /** A call begins. */
  call(): void;
  /** May a failed one be tried once more? If so, that counts. */
  retry(): boolean;
}

export function createRetryBudget(now: () => number): RetryBudget {
  let calls = 0;
  let retries = 0;
  let since = now();

  /** What came long ago counts less and less. */
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
