import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

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

/** How an attempt ended, for metrics; null: well. */
export function outcomeName(error: unknown): 'ok' | 'aborted' | ErrorCode {
  if (error === null) return 'ok';
  if (error instanceof AttemptFailure) return error.error.code;
  return error instanceof TributaryError ? error.code : 'aborted';
}
