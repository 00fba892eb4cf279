/** The address of Redis. Contains passwords, so it is never shown. */
export type RedisServers =
  /** One server: `redis:`, `rediss:` or `unix:`. */
  | { readonly kind: 'single'; readonly url: string }
  /** Some nodes of a Redis Cluster, `redis:` or `rediss:`. User and password are taken from the first. */
  | { readonly kind: 'cluster'; readonly nodes: readonly string[] }
  /** Sentinels, `redis:` or `rediss:`, that know the master by this name. */
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly string[];
      readonly master: string;
      readonly username?: string | undefined;
      readonly password?: string | undefined;
    };

/** How replicas find each other in Redis. Times are in milliseconds. */
export interface RedisSettings {
  readonly servers: RedisServers;
  /** Prefix of all keys; deployments that share a Redis server but no pollers use different ones. */
  readonly prefix: string;
  /** How long a replica that stopped responding keeps its jobs. */
  readonly leaseMilliseconds: number;
  /** Hides what the keys are made from; the same on all replicas. */
  readonly secret: string;
  /** How long Redis may take to answer before it counts as down. By default a third of the lease, and at most a second. */
  readonly answerMilliseconds?: number;
  /** How long a call to a source waits for Redis before this replica decides alone. By default 200. */
  readonly allowanceMilliseconds?: number;
}

/** How long Redis may take to answer before it counts as down. */
export function answerMilliseconds(settings: RedisSettings): number {
  return settings.answerMilliseconds ?? Math.max(50, Math.min(1_000, settings.leaseMilliseconds / 3));
}

/** How often leases are renewed and free leases taken. */
export function renewalMilliseconds({ leaseMilliseconds }: RedisSettings): number {
  return Math.max(20, leaseMilliseconds / 3);
}
