import type { ErrorCode } from '../src/domain/errors.ts';
import { enumType } from './enum-type.ts';

export const ErrorCodeType = enumType<ErrorCode>(
  'ErrorCode',
  'What went wrong; also what `extensions.code` of an error can be. The list is closed.',
  {
    BAD_USER_INPUT: 'The request is not valid; the message says what to change.',
    CURSOR_INVALID: 'The cursor was not given out by this service for this place. Start again without it.',
    NOT_FOUND: 'What was asked about is not there.',
    UNAUTHENTICATED: 'This service wants to know who you are.',
    FORBIDDEN: 'This service does not let you do this.',
    SOURCE_UNAUTHENTICATED: "The source does not accept this service's credentials: an operator must act.",
    SOURCE_FORBIDDEN: 'The source knows the caller and refuses.',
    SOURCE_RATE_LIMITED:
      'The source wants fewer calls, or too many wait for it; `retryAfterSeconds` says when to try again, if it is known.',
    SOURCE_TIMEOUT: 'The source did not answer in time. Try again.',
    SOURCE_UNAVAILABLE: 'The source cannot be reached or is out of order. Try again later.',
    SOURCE_BAD_RESPONSE: 'The source answered something that is not what it documents.',
    SOURCE_TRUNCATED: 'The source holds lines back that its API cannot reach.',
    UPSTREAM_BUDGET_EXCEEDED: 'The request would need more calls to a source than one request may make. Ask for less.',
    QUERY_TOO_COMPLEX: 'The query is over a limit; the message names it. Ask for less at once.',
    INTERNAL_SERVER_ERROR: 'A fault in this service. Its log has the details.',
  },
);
