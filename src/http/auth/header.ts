import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** Sends a key in a header of another name than `Authorization`, such as `X-Api-Key`, or in that one without a scheme. */
export function headerAuthorizer({ name, value }: { readonly name: string; readonly value: string }): Authorizer {
  return constantAuthorizer(value.trim(), name.toLowerCase());
}
