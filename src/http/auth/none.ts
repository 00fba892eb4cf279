import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** Sends no `Authorization` header. */
export function noAuthorizer(): Authorizer {
  return constantAuthorizer(null);
}
