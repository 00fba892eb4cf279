import { AttemptFailure } from './attempt-failure.ts';
import type { Cancellation } from '../request/abort.ts';
import type { Clock } from './clock.ts';
import { LONGEST_OBEYED_SECONDS } from './cool-down.ts';

const FIRST_BACKOFF_MILLISECONDS = 200;
const LONGEST_BACKOFF_MILLISECONDS = 2_000;

export interface RetryPolicy {
  /** Attempts after the first; 0 for requests that must not be sent twice. */
  readonly retries: number;
  readonly clock: Clock;
  /** Called before each retry: true if it can help, the source takes calls and the retry budget has room. */
  readonly worthwhile: (failure: AttemptFailure) => boolean;
}

/**
 * Repeats failed attempts as often as their failures advise, with exponential back-off and jitter, and not before
 * `Retry-After`. When it gives up, it rejects with the error of the last attempt.
 *
 * We do not use cockatiel's retry: an abort cannot cut its pauses short, and a test cannot replace them.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  cancellation: Cancellation,
): Promise<T> {
  for (let repeated = 0; ; repeated += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error;
      const pause = pauseBefore(error, repeated, policy);
      if (pause === null || !policy.worthwhile(error)) throw error.error;
      await policy.clock.sleep(pause, cancellation);
    }
  }
}

/** Milliseconds to wait before attempt `repeated + 2`; null: give up. */
function pauseBefore(failure: AttemptFailure, repeated: number, policy: RetryPolicy): number | null {
  const allowed = { never: 0, once: Math.min(1, policy.retries), repeatedly: policy.retries }[failure.advice];
  if (repeated >= allowed) return null;
  const asked = failure.error.retryAfterSeconds ?? 0;
  if (asked > LONGEST_OBEYED_SECONDS) return null;
  const full = Math.min(LONGEST_BACKOFF_MILLISECONDS, FIRST_BACKOFF_MILLISECONDS * 2 ** repeated);
  return Math.max(asked * 1_000, full * (0.5 + policy.clock.random() / 2));
}
