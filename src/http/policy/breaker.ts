import { TributaryError } from '../../domain/errors.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerSettings {
  /** Consecutive failures that open the breaker. */
  readonly failures: number;
  /** How long the breaker first stays open. The time doubles after each failed trial, up to 30 s. */
  readonly openMilliseconds: number;
}

const DEFAULT_BREAKER: BreakerSettings = { failures: 10, openMilliseconds: 2_000 };

const LONGEST_OPEN_MILLISECONDS = 30_000;

/** How an admitted attempt ended. `abandoned` (the caller left) says nothing about the source. */
export type Outcome = 'success' | 'failure' | 'abandoned';

/**
 * Opens after consecutive failures, then lets a single trial through.
 *
 * We do not use cockatiel's breaker: a caller that leaves during the trial closes it, others wait for the trial and
 * cannot be cancelled, and it does not expose the remaining time, which we report to clients.
 */
export interface Breaker {
  state(): BreakerState;
  /**
   * Admits an attempt and returns a callback for its outcome. Throws SOURCE_UNAVAILABLE while the breaker is open or
   * another trial is under way.
   */
  admit(): (outcome: Outcome) => void;
}

/** A closed breaker. `now` in milliseconds. */
export function createBreaker(source: string, now: () => number, settings: BreakerSettings = DEFAULT_BREAKER): Breaker {
  let failures = 0;
  let openMilliseconds = settings.openMilliseconds;
  /** Null: closed. */
  let openUntil: number | null = null;
  let trial = false;

  function state(): BreakerState {
    if (openUntil === null) return 'closed';
    return trial || now() >= openUntil ? 'half-open' : 'open';
  }

  function open(milliseconds: number): void {
    openMilliseconds = Math.min(milliseconds, LONGEST_OPEN_MILLISECONDS);
    openUntil = now() + openMilliseconds;
  }

  function settleTrial(outcome: Outcome): void {
    trial = false;
    if (outcome === 'abandoned') return;
    if (outcome === 'failure') {
      open(openMilliseconds * 2);
      return;
    }
    openUntil = null;
    failures = 0;
    openMilliseconds = settings.openMilliseconds;
  }

  function settle(outcome: Outcome): void {
    // Attempts that were in flight when the breaker opened have no effect.
    if (outcome === 'abandoned' || openUntil !== null) return;
    failures = outcome === 'success' ? 0 : failures + 1;
    if (failures >= settings.failures) open(settings.openMilliseconds);
  }

  return {
    state,
    admit() {
      if (openUntil === null) return once(settle);
      const left = openUntil - now();
      if (trial || left > 0) throw leftAlone(source, Math.max(1, Math.ceil(left / 1_000)));
      trial = true;
      return once(settleTrial);
    },
  };
}

function once(settle: (outcome: Outcome) => void): (outcome: Outcome) => void {
  let settled = false;
  return (outcome) => {
    if (settled) return;
    settled = true;
    settle(outcome);
  };
}

function leftAlone(source: string, seconds: number): TributaryError {
  return new TributaryError('SOURCE_UNAVAILABLE', `${source}: the source kept failing and is not called for a while`, {
    source,
    retryAfterSeconds: seconds,
  });
}
