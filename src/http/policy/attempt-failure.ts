import type { TributaryError } from '../../domain/errors.ts';

/** How often a failed attempt is worth another one. */
export type RetryAdvice = 'never' | 'once' | 'repeatedly';

/** One attempt that failed: what a client reads about it, and what our policies make of it. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly error: TributaryError;
  readonly advice: RetryAdvice;
  /** Does it show that the source as a whole is unwell? Only such failures open the breaker. */
  readonly blamesSource: boolean;

  constructor(error: TributaryError, advice: RetryAdvice, blamesSource: boolean) {
    super(error.message);
    this.error = error;
    this.advice = advice;
    this.blamesSource = blamesSource;
  }
}
