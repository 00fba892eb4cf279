import { AttemptFailure } from '../policy/attempt-failure.ts';
import type { Clock } from '../policy/clock.ts';
import { createCoolDown } from '../policy/cool-down.ts';
import type { Allowance } from '../policy/allowance.ts';
import { HEARSAY_MILLISECONDS, REFUSED_MILLISECONDS, refusedElsewhere } from '../policy/refusals.ts';
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
  allowance: Allowance | null = null,
): Authorizer {
  const coolDown = createCoolDown(source, label, clock, allowance);
  let held: HeldToken | null = null;
  let renewal: Promise<string> | null = null;
  let refusal: { readonly error: AttemptFailure; readonly until: number } | null = null;

  /** Throws where another replica was refused with the same credentials a short time ago. */
  async function askReplicas(): Promise<void> {
    const known = await allowance?.ask(1, null);
    if (known === null || known === undefined) return;
    if (known.pause !== null) coolDown.hear(known.pause);
    const { refusedMilliseconds: left } = known;
    if (left === null) return;
    const error = new AttemptFailure(refusedElsewhere(source, label), 'never', false);
    refusal = { error, until: clock.now() + Math.min(left, HEARSAY_MILLISECONDS) };
    if (left > 0) throw error;
  }

  async function renew(): Promise<string> {
    await askReplicas();
    try {
      // For all who wait for the token: no single caller may cancel it.
      await coolDown.over(new Cancellation());
      const { authorization, lifeSeconds } = await requestToken();
      const life = lifeSeconds * 1_000;
      const expiresAt = clock.now() + life;
      held = { authorization, expiresAt, renewAt: expiresAt - Math.min(LONGEST_MARGIN_MILLISECONDS, life / 10) };
      if (refusal !== null) allowance?.accept();
      refusal = null;
      return authorization;
    } catch (error) {
      coolDown.learn(error);
      if (isRefusal(error)) {
        refusal = { error, until: clock.now() + REFUSED_MILLISECONDS };
        allowance?.refuse(REFUSED_MILLISECONDS);
      }
      throw error;
    }
  }

  return {
    async authorization(cancellation) {
      const old = held;
      if (old !== null && clock.now() < old.renewAt) return old.authorization;
      try {
        if (renewal === null && refusal !== null && clock.now() < refusal.until) throw refusal.error;
        renewal ??= renew().finally(() => {
          renewal = null;
        });
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
