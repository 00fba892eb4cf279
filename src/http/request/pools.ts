import { Pool } from 'undici';
import type { Dispatcher } from 'undici';

/** A share in the connections to one origin. */
export interface PoolLease {
  readonly dispatcher: Dispatcher;
  /** Gives the share back; the last one closes the connections, with whatever is still on them. */
  release(): Promise<void>;
}

/** Connections by origin, kept alive and shared by all sources of that origin. */
export interface Pools {
  acquire(origin: string, connectTimeoutMilliseconds: number): PoolLease;
}

/** How long an idle connection is kept when the server does not say (some hang up after five seconds, without a word). */
const KEEP_ALIVE_MILLISECONDS = 4_000;

/** An empty set of pools. */
export function createPools(): Pools {
  const shared = new Map<string, { pool: Pool; leases: number }>();
  return {
    acquire(origin, connectTimeoutMilliseconds) {
      const key = `${origin} ${connectTimeoutMilliseconds}`;
      const entry = shared.get(key) ?? { pool: createPool(origin, connectTimeoutMilliseconds), leases: 0 };
      shared.set(key, entry);
      entry.leases += 1;
      let released = false;
      return {
        dispatcher: entry.pool,
        async release() {
          if (released) return;
          released = true;
          entry.leases -= 1;
          if (entry.leases > 0) return;
          shared.delete(key);
          await entry.pool.destroy();
        },
      };
    },
  };
}

function createPool(origin: string, connectTimeoutMilliseconds: number): Pool {
  return new Pool(origin, {
    connect: { timeout: connectTimeoutMilliseconds },
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  });
}

/** The pools of this process. */
export const processPools: Pools = createPools();
