import { Denied } from './denied.ts';

/** A token of RFC 6750, section 2.1. Tokens longer than any issuer makes are refused. */
const TOKEN = /^[A-Za-z0-9._~+/-]{1,16384}=*$/;

/** The token in an `Authorization` header. Throws `Denied` if there is none. */
export function bearerToken(authorization: string | null): string {
  if (authorization === null) throw new Denied(401, 'The request has no Authorization; send "Bearer" and a token.');
  const [, scheme = '', token = ''] = /^\s*(\S+)(?:\s+(\S+))?\s*$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'bearer') {
    throw new Denied(401, 'The Authorization is not of the form that is wanted: send "Bearer" and a token.');
  }
  if (!TOKEN.test(token)) throw new Denied(401, 'The text after "Bearer" is not a token.');
  return token;
}
