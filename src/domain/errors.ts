import { suggestionFor } from './suggestion.ts';

/** The closed list of what `extensions.code` can be. */
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

/** What an error may say beside its code and message. */
export interface ErrorDetails {
  /** The source's name in the configuration. */
  readonly source?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** For us, never shown: the HTTP status that the vendor answered with. */
  readonly status?: number | undefined;
  /**
   * For connectors, never shown: what the vendor's error body said, decoded as far as it was JSON and cut
   * to a bounded size. Vendors tell "route absent" from "job absent" only there.
   */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/**
 * An error that a client may read. Its message is ours, written for the client: no URL, header, token
 * or upstream body ever goes into it.
 */
export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  readonly code: ErrorCode;
  readonly source: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly status: number | undefined;
  readonly body: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.source = details.source;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.status = details.status;
    // Not enumerable: a logger that walks an error's own properties must not find an upstream body.
    Object.defineProperty(this, 'body', { value: details.body, enumerable: false });
  }
}

/** A source's answer was larger than `maxResponseBytes` lets it be: asking for less may help. */
export class AnswerTooLarge extends TributaryError {
  constructor(source: string, label: string, mostBytes: number) {
    super('SOURCE_BAD_RESPONSE', `${label}: the answer is larger than maxResponseBytes allows (${mostBytes} bytes)`, {
      source,
    });
  }
}

/** Keys come from clients and may be of any length. */
const SHOWN_CHARACTERS = 200;

/** No source has that name: says which ones there are, and which one is nearest. */
export function unknownSource(name: string, known: readonly string[]): TributaryError {
  const others = known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`;
  const nearest = name.length > SHOWN_CHARACTERS ? null : suggestionFor(name, known);
  const meant = nearest === null ? '' : ` (did you mean "${nearest}"?)`;
  return new TributaryError('NOT_FOUND', `There is no source "${shorten(name)}"${meant}; ${others}.`);
}

/** A source has no job of that key. */
export function unknownJob(source: string, key: string, details: Omit<ErrorDetails, 'source'> = {}): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: there is no job "${shorten(key)}".`, { ...details, source });
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Is this an error of ours with that code? */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is TributaryError {
  return error instanceof TributaryError && codes.includes(error.code);
}
