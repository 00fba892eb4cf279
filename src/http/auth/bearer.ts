import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** Sends a configured token. It is trimmed: tokens from files and environment variables often end in a line break. */
export function bearerAuthorizer({ token }: { readonly token: string }): Authorizer {
  return constantAuthorizer(`Bearer ${token.trim()}`);
}
