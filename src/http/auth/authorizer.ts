import type { Cancellation } from '../request/abort.ts';

/** How the calls to one source are authorised. */
export interface Authorizer {
  /**
   * What to send as `Authorization`; null: nothing. The cancellation ends the caller's own wait, not an
   * exchange that others wait for.
   */
  authorization(cancellation: Cancellation): Promise<string | null>;
  /** The source did not take this one. Says whether asking again may bring another. */
  refused(authorization: string | null): boolean;
}

/** An authorization that never changes, so that a refusal is final. */
export function constantAuthorizer(authorization: string | null): Authorizer {
  return { authorization: () => Promise.resolve(authorization), refused: () => false };
}
