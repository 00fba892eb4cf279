import type { Cancellation } from '../request/abort.ts';

/** Authorises the calls to one source. */
export interface Authorizer {
  /**
   * The value of the `Authorization` header, or null to send none. The cancellation ends only this caller's wait, not a
   * token exchange that other callers wait for.
   */
  authorization(cancellation: Cancellation): Promise<string | null>;
  /** Records that the source rejected this value. True if `authorization` may return another one. */
  refused(authorization: string | null): boolean;
}

/** An authorizer with one constant value, so a refusal is final. */
export function constantAuthorizer(authorization: string | null): Authorizer {
  return { authorization: () => Promise.resolve(authorization), refused: () => false };
}
