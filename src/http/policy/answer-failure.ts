import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { ClassifyError } from '../settings.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { RetryAdvice } from './attempt-failure.ts';
import { boundedWait, secondsToWait } from './retry-after.ts';

/** An answer that is not a success. Its body is JSON or text, or undefined if it could not be read. */
export type RefusedAnswer = Parameters<ClassifyError>[0];

/**
 * The failure that an unsuccessful answer stands for. The vendor's `classifyError` decides; by default the status does.
 */
export function answerFailure(
  source: string,
  answer: RefusedAnswer,
  now: number,
  classify: ClassifyError | undefined,
): AttemptFailure {
  const { status, body } = answer;
  const verdict = classify?.(answer) ?? {};
  const code = verdict.code ?? codeOf(status);
  const error = new TributaryError(code, `${source}: ${whatItSaid(status)}`, {
    source,
    status,
    body,
    retryAfterSeconds:
      verdict.retryAfterSeconds === undefined ? secondsToWait(answer, now) : boundedWait(verdict.retryAfterSeconds),
  });
  return new AttemptFailure(error, adviceOf(status, verdict.retryable), blames(code, status, verdict.retryable));
}

/** The code of DESIGN section 6 for a status other than 2xx. */
function codeOf(status: number): ErrorCode {
  if (status === 401) return 'SOURCE_UNAUTHENTICATED';
  if (status === 403) return 'SOURCE_FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 429) return 'SOURCE_RATE_LIMITED';
  if (status === 408 || status === 504) return 'SOURCE_TIMEOUT';
  return status >= 500 ? 'SOURCE_UNAVAILABLE' : 'SOURCE_BAD_RESPONSE';
}

const REDIRECT = ', a redirect, and redirects are not followed';

const ODDITIES: Readonly<Record<number, string>> = {
  206: ': a part, though the whole was asked for',
  301: REDIRECT,
  302: REDIRECT,
  303: REDIRECT,
  304: ': nothing has changed, though it was not asked for changes',
  305: REDIRECT,
  307: REDIRECT,
  308: REDIRECT,
};

function whatItSaid(status: number): string {
  if (status === 404) return 'the source has nothing there (it answered 404)';
  return `the source answered ${status}${ODDITIES[status] ?? ''}`;
}

function adviceOf(status: number, retryable: boolean | undefined): RetryAdvice {
  if (retryable !== undefined) return retryable ? 'repeatedly' : 'never';
  if (status === 500) return 'once';
  return status === 429 || (status >= 502 && status <= 504) ? 'repeatedly' : 'never';
}

/**
 * A source that answers 500 is up: some vendors return it permanently for one broken job, and other jobs must stay
 * readable. The same holds for errors that `classifyError` calls permanent.
 */
function blames(code: ErrorCode, status: number, retryable: boolean | undefined): boolean {
  return status > 501 && retryable !== false && (code === 'SOURCE_UNAVAILABLE' || code === 'SOURCE_TIMEOUT');
}
