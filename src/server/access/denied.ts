import { TributaryError } from '../../domain/errors.ts';

/** The caller is refused. The message says what was wrong with a credential, and quotes none of it. */
export class Denied extends TributaryError {
  /** Of HTTP. 401: the caller is unknown. 403: known, and not allowed. 503: can't be checked now. */
  readonly httpStatus: 401 | 403 | 503;

  constructor(httpStatus: 401 | 403 | 503, message: string, retryAfterSeconds?: number) {
    super(httpStatus === 403 ? 'FORBIDDEN' : 'UNAUTHENTICATED', message, { retryAfterSeconds });
    this.httpStatus = httpStatus;
  }
}

/** What tells an HTTP client how to show who it is: RFC 6750, section 3. */
export function challengeOf({ httpStatus, message }: Denied, hadCredentials: boolean): string | null {
  if (httpStatus !== 401) return null;
  const challenge = 'Bearer realm="tributary"';
  // Nothing is wrong with what was not sent.
  return hadCredentials ? `${challenge}, error="invalid_token", error_description="${quoted(message)}"` : challenge;
}

/** Our messages are plain ASCII; a header holds nothing else. */
function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
}
