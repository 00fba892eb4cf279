import { TributaryError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { SourceFailure } from './api.ts';

/** Failures after which the same question may be answered: a walk is not over because of them. */
const RECOVERABLE: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_RATE_LIMITED',
  'SOURCE_TIMEOUT',
  'SOURCE_UNAVAILABLE',
  'SOURCE_BAD_RESPONSE',
  'UPSTREAM_BUDGET_EXCEEDED',
]);

export function mayRecover(error: unknown): boolean {
  return error instanceof TributaryError && RECOVERABLE.has(error.code);
}

/** Is this a source that did not answer as it should, and neither the client's mistake nor ours? */
export function isOfSource(error: unknown): boolean {
  return error instanceof TributaryError && (error.code.startsWith('SOURCE_') || OF_SOURCE.has(error.code));
}

/** UNAUTHENTICATED: a source that is asked with the caller's own credentials, and the caller has none. */
const OF_SOURCE: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'UPSTREAM_BUDGET_EXCEEDED', 'UNAUTHENTICATED']);

/** A failure as clients see it. Errors that are not ours say nothing but that something went wrong. */
export function sourceFailure(source: string, jobId: string | null, error: unknown): SourceFailure {
  if (error instanceof TributaryError) {
    const { code, message, retryAfterSeconds } = error;
    return { source, jobId, code, message, retryAfterSeconds: retryAfterSeconds ?? null };
  }
  return { source, jobId, code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected error.', retryAfterSeconds: null };
}

/** Is this the caller leaving, and no failure at all? */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** A list that its source tells two things about, such as that it has rows that it does not give. */
export class Contradiction extends Error {}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Unexpected error.', { cause: error });
}
