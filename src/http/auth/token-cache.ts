import type { Clock } from '../policy/clock.ts';
import { abortable } from '../request/abort.ts';
import type { Authorizer } from './authorizer.ts';

/** What an exchange brought. */
export interface Token {
  /** Ready to be sent as `Authorization`. */
  readonly authorization: string;
  readonly lifeSeconds: number;
}

interface HeldToken {
  readonly authorization: string;
  /** Milliseconds since 1970. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

const LONGEST_MARGIN_MILLISECONDS = 60_000;

/**
 * Keeps the token of an exchange until shortly before it expires (a tenth of its life, at most a minute).
 * Calls that need a new one at the same time wait for one exchange. While the old token is still good,
 * a failed exchange does not hurt.
 */
export function tokenCache(requestToken: () => Promise<Token>, clock: Pick<Clock, 'now'>): Authorizer {
  let held: HeldToken | null = null;
  let renewal: Promise<string> | null = null;

  async function renew(): Promise<string> {
    try {
      const { authorization, lifeSeconds } = await requestToken();
      const life = lifeSeconds * 1_000;
      const expiresAt = clock.now() + life;
      held = { authorization, expiresAt, renewAt: expiresAt - Math.min(LONGEST_MARGIN_MILLISECONDS, life / 10) };
      return authorization;
    } finally {
      renewal = null;
    }
  }

  return {
    async authorization(cancellation) {
      const old = held;
      if (old !== null && clock.now() < old.renewAt) return old.authorization;
      renewal ??= renew();
      try {
        return await abortable(renewal, cancellation);
      } catch (error) {
        if (!cancellation.aborted && old !== null && clock.now() < old.expiresAt) return old.authorization;
        throw error;
      }
    },
    refused(authorization) {
      // Of calls that were refused with the same token, the first drops it; the others find it gone or replaced.
      if (held?.authorization === authorization) held = null;
      return true;
    },
  };
}
