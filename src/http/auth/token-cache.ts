import { AttemptFailure, refusesCredentials } from '../policy/attempt-failure.ts';
import type { Clock } from '../policy/clock.ts';
import { createCoolDown } from '../policy/cool-down.ts';
import type { Allowance } from '../policy/allowance.ts';
import { HEARSAY_MILLISECONDS, REFUSED_MILLISECONDS, refusedElsewhere } from '../policy/refusals.ts';
import { abortable, Cancellation } from '../request/abort.ts';
import type { Wire } from '../request/exchange.ts';
import { AUTHORIZATION } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';

/** The result of a token exchange. */
export interface Token {
  /** The value of the `Authorization` header. */
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
 * Keeps a token until shortly before it expires (a tenth of its lifetime, at most a minute). Calls that need a new
 * token at the same time share one exchange. If an exchange fails while the old token is still valid, the old token is
 * used. After the endpoint refuses the credentials, further calls fail here for a while without a request. The endpoint
 * is not called before its `Retry-After` ends.
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

  /** Throws if the endpoint refused the same credentials to another replica a short time ago. */
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
      // All waiting callers share this wait, so no single caller may cancel it.
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
      if (refusesCredentials(error)) {
        refusal = { error, until: clock.now() + REFUSED_MILLISECONDS };
        allowance?.refuse(REFUSED_MILLISECONDS);
      }
      throw error;
    }
  }

  return {
    header: AUTHORIZATION,
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
      // If several calls are refused with the same token, the first drops it. The rest find it gone or replaced.
      if (held?.authorization === authorization) held = null;
      return true;
    },
  };
}
