/** Where Redis is. Holds passwords: never shown. */
export type RedisServers =
  /** One server: `redis:`, `rediss:` or `unix:`. */
  | { readonly kind: 'single'; readonly url: string }
  /** Some nodes of a Redis Cluster, `redis:` or `rediss:`. User and password are those of the first. */
  | { readonly kind: 'cluster'; readonly nodes: readonly string[] }
  /** Sentinels, `redis:` or `rediss:`, that know the master of that name. */
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly string[];
      readonly master: string;
      readonly username?: string | undefined;
      readonly password?: string | undefined;
    };

/** How replicas meet in Redis. Times in milliseconds. */
export interface RedisSettings {
  readonly servers: RedisServers;
  /** What the keys begin with; deployments that share a Redis and no pollers have different ones. */
  readonly prefix: string;
  /** How long a replica that says nothing any more keeps its jobs to itself. */
  readonly leaseMilliseconds: number;
  /** Keeps apart what the keys are made from; the same on all replicas. */
  readonly secret: string;
}

/** How long Redis may take for an answer before it counts as down. */
export function answerMilliseconds({ leaseMilliseconds }: RedisSettings): number {
  return Math.max(50, Math.min(1_000, leaseMilliseconds / 3));
}

/** How often leases are renewed, and free ones taken. */
export function renewalMilliseconds({ leaseMilliseconds }: RedisSettings): number {
  return Math.max(20, leaseMilliseconds / 3);
}

/** A stream that no replica has used for this long is deleted. */
export const STREAM_LIFE_MILLISECONDS = 120_000;

/** A stream keeps about this many messages. A follower that is further behind reads from the vendor. */
export const STREAM_MESSAGES = 256;

/** Followers begin this much before the stream's end: lines may be older than what a vendor shows everywhere. */
export const STREAM_OVERLAP_MILLISECONDS = 30_000;
