import type { ErrorCode } from '../src/domain/errors.ts';
import { enumType } from './enum-type.ts';

export const ErrorCodeType = enumType<ErrorCode>(
  'ErrorCode',
  'What went wrong; these are also the values of `extensions.code` of an error. The list is closed.',
  {
    BAD_USER_INPUT: 'The request is not valid; the message says what to change.',
    CURSOR_INVALID: 'The cursor was not issued by this service for this connection. Start again without it.',
    NOT_FOUND: 'The requested item does not exist.',
    UNAUTHENTICATED: 'This service requires credentials.',
    FORBIDDEN: 'This service does not allow the caller to do this.',
    SOURCE_UNAUTHENTICATED: "The source does not accept this service's credentials: an operator must act.",
    SOURCE_FORBIDDEN: 'The source knows the caller and denies access.',
    SOURCE_RATE_LIMITED:
      'The source asks for fewer calls, or too many calls wait for it; `retryAfterSeconds` says when to try again, if that is known.',
    SOURCE_TIMEOUT: 'The source did not answer in time. Try again.',
    SOURCE_UNAVAILABLE: 'The source cannot be reached or does not work. Try again later.',
    SOURCE_BAD_RESPONSE: "The source's answer does not match its documentation.",
    SOURCE_TRUNCATED: 'The source has lines that its API cannot return.',
    UPSTREAM_BUDGET_EXCEEDED: 'The request would exceed its limit of vendor calls, rows, bytes or time. Request less.',
    QUERY_TOO_COMPLEX: 'The query exceeds a limit, which the message names. Request less at once.',
    INTERNAL_SERVER_ERROR: 'A fault in this service. Its log has the details.',
  },
);
