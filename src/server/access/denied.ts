import { TributaryError } from '../../domain/errors.ts';

/** The caller is refused. The message says what is wrong with the credential and never quotes it. */
export class Denied extends TributaryError {
  /**
   * The HTTP status. 401: the caller is unknown. 403: the caller is known but not allowed. 503: the credential cannot
   * be checked now.
   */
  readonly httpStatus: 401 | 403 | 503;

  constructor(httpStatus: 401 | 403 | 503, message: string, retryAfterSeconds?: number) {
    super(httpStatus === 403 ? 'FORBIDDEN' : 'UNAUTHENTICATED', message, { retryAfterSeconds });
    this.httpStatus = httpStatus;
  }
}

/** The `WWW-Authenticate` header, which tells a client how to authenticate (RFC 6750, section 3). Null: none. */
export function challengeOf({ httpStatus, message }: Denied, hadCredentials: boolean): string | null {
  if (httpStatus !== 401) return null;
  const challenge = 'Bearer realm="tributary"';
  // Without credentials there is no error to describe.
  return hadCredentials ? `${challenge}, error="invalid_token", error_description="${quoted(message)}"` : challenge;
}

/** Keeps a message within what a quoted string in a header may hold. */
function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
}
