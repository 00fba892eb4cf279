import type { AttemptParts } from './attempt.ts';
import type { Allowance, Allowances, Replicas } from './policy/allowance.ts';
import { BrokenRequests } from './policy/broken-requests.ts';
import { createBreaker } from './policy/breaker.ts';
import type { BreakerSettings } from './policy/breaker.ts';
import type { Clock } from './policy/clock.ts';
import { createCoolDown } from './policy/cool-down.ts';
import { createLimiter } from './policy/limiter.ts';
import { windowOf } from './policy/rate-window.ts';
import { createRefusals } from './policy/refusals.ts';
import { createRetryBudget } from './policy/retry-budget.ts';
import type { SourceHttpSettings } from './settings.ts';

export interface BoundsOptions {
  readonly breaker?: BreakerSettings | undefined;
  /** Shares limits among replicas. Default: each replica applies the limits alone. */
  readonly allowances?: Allowances | undefined;
}

/** Creates the limits and the memory of failures for one credential at a source. Null: the service's own credential. */
export function createBounds(
  settings: SourceHttpSettings,
  { breaker, allowances }: BoundsOptions,
  clock: Clock,
  credential: string | null,
): Pick<AttemptParts, 'limiter' | 'breaker' | 'retryBudget' | 'coolDown' | 'refusals' | 'broken'> {
  const { source, limits, baseUrl, auth } = settings;
  const allowance = allowances?.(['source', source, baseUrl, credential ?? JSON.stringify(auth)]) ?? null;
  const coolDown = createCoolDown(source, source, clock, allowance);
  const refusals = createRefusals(source, clock, allowance);
  const window = limits.requestsPerSecond === null ? null : windowOf(limits.requestsPerSecond);

  async function ask(allowance: Allowance, count: number): ReturnType<Allowance['ask']> {
    const permission = await allowance.ask(count, window);
    if (permission === null) return null;
    if (permission.pause !== null) coolDown.hear(permission.pause);
    refusals.hear(permission.refusedMilliseconds);
    return permission;
  }

  function replicasOf(allowance: Allowance): Replicas {
    return {
      ask: (count) => ask(allowance, count),
      mayStart() {
        if (window !== null || allowance.mayStart?.() !== true) return false;
        // Nothing is known, so what was heard before is over.
        refusals.hear(null);
        return true;
      },
    };
  }

  return {
    limiter: createLimiter(source, limits, clock, allowance && replicasOf(allowance)),
    breaker: createBreaker(source, clock.now, breaker),
    retryBudget: createRetryBudget(clock.now),
    coolDown,
    refusals,
    broken: new BrokenRequests(clock),
  };
}

/** The shared allowance of the service's own credentials at their token endpoint. */
export function tokenAllowance({ source, auth }: SourceHttpSettings, { allowances }: BoundsOptions): Allowance | null {
  return allowances?.(['token endpoint', source, JSON.stringify(auth)]) ?? null;
}
