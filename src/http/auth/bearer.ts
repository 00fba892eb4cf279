import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** A token that a person made by hand. Tokens from files and environments often end in a line break. */
export function bearerAuthorizer({ token }: { readonly token: string }): Authorizer {
  return constantAuthorizer(`Bearer ${token.trim()}`);
}
