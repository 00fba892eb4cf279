import { AttemptFailure } from '../policy/attempt-failure.ts';
import type { Clock } from '../policy/clock.ts';
import { createCoolDown } from '../policy/cool-down.ts';
import { REFUSED_MILLISECONDS } from '../policy/refusals.ts';
import { abortable, Cancellation } from '../request/abort.ts';
import type { Wire } from '../request/exchange.ts';
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
 * a failed exchange does not hurt. Credentials that were refused are refused here for a while, without a call, and
 * the endpoint is not asked before a `Retry-After` is over.
 */
export function tokenCache(
  requestToken: () => Promise<Token>,
  { source, label }: Pick<Wire, 'source' | 'label'>,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Authorizer {
  const coolDown = createCoolDown(source, label, clock);
  let held: HeldToken | null = null;
  let renewal: Promise<string> | null = null;
  let refusal: { readonly error: AttemptFailure; readonly until: number } | null = null;

  async function renew(): Promise<string> {
    try {
      // For all who wait for the token: no single caller may cancel it.
      await coolDown.over(new Cancellation());
      const { authorization, lifeSeconds } = await requestToken();
      const life = lifeSeconds * 1_000;
      const expiresAt = clock.now() + life;
      held = { authorization, expiresAt, renewAt: expiresAt - Math.min(LONGEST_MARGIN_MILLISECONDS, life / 10) };
      refusal = null;
      return authorization;
    } catch (error) {
      coolDown.learn(error);
      if (isRefusal(error)) refusal = { error, until: clock.now() + REFUSED_MILLISECONDS };
      throw error;
    } finally {
      renewal = null;
    }
  }

  return {
    async authorization(cancellation) {
      const old = held;
      if (old !== null && clock.now() < old.renewAt) return old.authorization;
      try {
        if (renewal === null && refusal !== null && clock.now() < refusal.until) throw refusal.error;
        renewal ??= renew();
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

function isRefusal(error: unknown): error is AttemptFailure {
  return error instanceof AttemptFailure && error.error.code === 'SOURCE_UNAUTHENTICATED';
}
