import { suggestionFor } from './suggestion.ts';

/** The closed list of values of `extensions.code`. */
export const ERROR_CODES = [
  'BAD_USER_INPUT',
  'CURSOR_INVALID',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'SOURCE_UNAUTHENTICATED',
  'SOURCE_FORBIDDEN',
  'SOURCE_RATE_LIMITED',
  'SOURCE_TIMEOUT',
  'SOURCE_UNAVAILABLE',
  'SOURCE_BAD_RESPONSE',
  'SOURCE_TRUNCATED',
  'UPSTREAM_BUDGET_EXCEEDED',
  'QUERY_TOO_COMPLEX',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an error may carry in addition to its code and message. */
export interface ErrorDetails {
  /** The source's name in the configuration. */
  readonly source?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Internal, never shown: the HTTP status of the vendor's answer. */
  readonly status?: number | undefined;
  /**
   * For connectors, never shown: the vendor's error body, parsed if it is JSON and cut to a bounded size. It is the
   * only place where vendors tell "no such route" from "no such job".
   */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/**
 * An error that a client may read. We write its message for the client: it never contains a URL, a header, a token or
 * text from a vendor's answer.
 */
export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  readonly code: ErrorCode;
  readonly source: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly status: number | undefined;
  readonly body: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { stackTraceLimit } = Error;
    // Its stack is never read, and one query may fail in thousands of fields.
    Error.stackTraceLimit = 0;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.source = details.source;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.status = details.status;
    // Not enumerable, so that a logger that lists an error's properties does not find a vendor's body.
    Object.defineProperty(this, 'body', { value: details.body, enumerable: false });
  }
}

/** Makes an error without a stack, which is never read: finding it takes most of the time. */
export function withoutStack<T extends Error>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A source's answer exceeded `maxResponseBytes`: requesting less may help. */
export class AnswerTooLarge extends TributaryError {
  constructor(source: string, label: string, mostBytes: number) {
    super('SOURCE_BAD_RESPONSE', `${label}: the answer is larger than maxResponseBytes allows (${mostBytes} bytes)`, {
      source,
    });
  }
}

/** Keys come from clients and may be of any length. */
const SHOWN_CHARACTERS = 200;

/** No source has that name. The message lists the existing ones and suggests the nearest. */
export function unknownSource(name: string, known: readonly string[]): TributaryError {
  const others = known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`;
  const nearest = name.length > SHOWN_CHARACTERS ? null : suggestionFor(name, known);
  const meant = nearest === null ? '' : ` (did you mean "${nearest}"?)`;
  return new TributaryError('NOT_FOUND', `There is no source "${shorten(name)}"${meant}; ${others}.`);
}

/** The source has no job with that key. */
export function unknownJob(source: string, key: string, details: Omit<ErrorDetails, 'source'> = {}): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: there is no job "${shorten(key)}".`, { ...details, source });
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** True if this is one of our errors with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is TributaryError {
  return error instanceof TributaryError && codes.includes(error.code);
}

/** True if the vendor has answered with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is TributaryError {
  return error instanceof TributaryError && statuses.includes(error.status ?? 0);
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Unexpected error.', { cause: thrown });
}

/** For the `catch` of a promise: null if what was asked for does not exist. */
export function nullIfNotFound(error: unknown): null {
  if (hasCode(error, 'NOT_FOUND')) return null;
  throw error;
}
