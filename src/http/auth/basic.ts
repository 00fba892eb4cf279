import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** HTTP Basic, in UTF-8. */
export function basicAuthorizer(credentials: { readonly username: string; readonly password: string }): Authorizer {
  return constantAuthorizer(basicCredentials(credentials.username, credentials.password));
}

/** The `Authorization` header of HTTP Basic. */
export function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
