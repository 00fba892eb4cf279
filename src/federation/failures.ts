import { TributaryError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { describeUnreadable } from '../pagination/core/unreadable.ts';
import type { Unreadable } from '../pagination/core/partition.ts';
import type { SourceFailure } from './api.ts';

/** Failures that a later attempt may not meet again: they do not end a walk. */
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

/** True if a source did not answer as it should; false for a client's mistake or our own error. */
export function isOfSource(error: unknown): boolean {
  return error instanceof TributaryError && (error.code.startsWith('SOURCE_') || OF_SOURCE.has(error.code));
}

/** UNAUTHENTICATED: the source is called with the caller's own credentials, and the caller sent none. */
const OF_SOURCE: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'UPSTREAM_BUDGET_EXCEEDED', 'UNAUTHENTICATED']);

/** A failure as clients see it. Errors that are not ours reveal only that something went wrong. */
export function sourceFailure(source: string, jobId: string | null, error: unknown): SourceFailure {
  if (error instanceof TributaryError) {
    const { code, message, retryAfterSeconds } = error;
    return { source, jobId, code, message, retryAfterSeconds: retryAfterSeconds ?? null };
  }
  return { source, jobId, code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected error.', retryAfterSeconds: null };
}

/** True if the caller left: this is not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** A source contradicts itself about a list, for example by counting rows that it does not return. */
export class Contradiction extends Error {}

/** Rows of a source that could not be read at all or only in part. The other rows are unaffected. */
export class UnreadableRows extends Error {
  readonly unreadable: Unreadable;

  constructor(unreadable: Unreadable) {
    super(describeUnreadable(unreadable));
    this.unreadable = unreadable;
  }
}
