import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** How often a failed attempt is worth repeating. */
export type RetryAdvice = 'never' | 'once' | 'repeatedly';

/** One failed attempt: the error for the client, and the facts for retries and the breaker. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly error: TributaryError;
  readonly advice: RetryAdvice;
  /** True if the source as a whole seems to fail. Only such failures open the breaker. */
  readonly blamesSource: boolean;

  constructor(error: TributaryError, advice: RetryAdvice, blamesSource: boolean) {
    super(error.message);
    this.error = error;
    this.advice = advice;
    this.blamesSource = blamesSource;
  }
}

/** True if the source, or its token endpoint, does not accept the credentials. */
export function refusesCredentials(error: unknown): error is AttemptFailure {
  return error instanceof AttemptFailure && error.error.code === 'SOURCE_UNAUTHENTICATED';
}

/** The outcome of an attempt for metrics; a null error means success. */
export function outcomeName(error: unknown): 'ok' | 'aborted' | ErrorCode {
  if (error === null) return 'ok';
  if (error instanceof AttemptFailure) return error.error.code;
  return error instanceof TributaryError ? error.code : 'aborted';
}
