import type { Cancellation } from '../request/abort.ts';

/** The usual header of credentials. */
export const AUTHORIZATION = 'authorization';

/** Authorises the calls to one source. */
export interface Authorizer {
  /** The header that has the value, in lower case: `authorization`, unless the source wants a key in another one. */
  readonly header: string;
  /**
   * The value of the header, or null to send none. The cancellation ends only this caller's wait, not a
   * token exchange that other callers wait for.
   */
  authorization(cancellation: Cancellation): Promise<string | null>;
  /** Records that the source rejected this value. True if `authorization` may return another one. */
  refused(authorization: string | null): boolean;
}

/** An authorizer with one constant value, so a refusal is final. */
export function constantAuthorizer(authorization: string | null, header = AUTHORIZATION): Authorizer {
  return { header, authorization: () => Promise.resolve(authorization), refused: () => false };
}
