import { LRUCache } from 'lru-cache';
import { atMost } from '../domain/at-most.ts';
import type { Call } from '../domain/call.ts';
import { TributaryError } from '../domain/errors.ts';
import type { SourceHealth } from './api.ts';
import { isAbort } from './failures.ts';
import type { FederatedSource } from './source.ts';

/** How long a health result is reused, milliseconds. */
const FRESH = 5_000;

/** Upper bound on cached results: one per source and credential. */
const MOST_ANSWERS = 1_000;

interface HealthAnswer {
  readonly source: FederatedSource;
  readonly until: number;
  readonly health: Promise<SourceHealth>;
}

/** Sends one cheap probe per source and caches the result for a moment. */
export class HealthChecks {
  readonly #known = new LRUCache<string, HealthAnswer>(atMost(MOST_ANSWERS));

  check(source: FederatedSource, call: Call): Promise<SourceHealth> {
    const now = Date.now();
    const key = JSON.stringify([source.name, source.forwards === true ? call.authorization : null]);
    const known = this.#known.get(key);
    if (known?.source === source && known.until > now) return known.health;
    const health = ask(source, call);
    this.#known.set(key, { source, until: now + FRESH, health });
    // A probe that was cut short because the caller left says nothing about the source.
    health.catch(() => this.#known.delete(key));
    return health;
  }
}

async function ask(source: FederatedSource, call: Call): Promise<SourceHealth> {
  const started = performance.now();
  const checkedAt = new Date().toISOString();
  try {
    await source.connector.probe(call);
    const latencyMilliseconds = Math.round(performance.now() - started);
    return { state: 'UP', code: null, message: null, checkedAt, latencyMilliseconds };
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = error instanceof TributaryError ? error : null;
    return {
      state: known?.code === 'SOURCE_RATE_LIMITED' ? 'DEGRADED' : 'DOWN',
      code: known?.code ?? 'INTERNAL_SERVER_ERROR',
      message: known?.message ?? 'Unexpected error.',
      checkedAt,
      latencyMilliseconds: null,
    };
  }
}
