import { z } from 'zod';
import { duration, formatDuration } from '../duration.ts';
import { rememberPassword, secret, withoutLineBreaks } from '../secret.ts';
import { DEFAULT_TAIL } from '../../federation/tail/settings.ts';
import type { RedisSettings } from '../../redis/settings.ts';
import type { SourceTailSettings, TailSettings } from '../../federation/tail/settings.ts';

const drain = z
  .array(duration)
  .min(1)
  .max(20)
  .refine((times) => times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0)), {
    error: 'must increase: each is counted from the end of the job',
  });

const DESCRIPTIONS = {
  interval: 'Pause between two polls of a job while lines come.',
  maxInterval: 'Longest pause between two polls of a silent job; pauses double up to it.',
  jitter: 'Fraction by which a pause is randomly lengthened or shortened, so that pollers do not run in step.',
  overlap: 'Each poll rereads lines up to this much older than the newest one, to catch lines that arrive late.',
  reorderWindow: 'A line is held back until it is this old, so that lines can be put in order.',
  drain:
    'When the log of a finished job is read again before the stream ends, counted from when the job was seen to be finished.',
  refresh: "How often a running job's status and parts are read.",
  maxDuration: 'A stream ends after this long, with a cursor to resume from.',
};

const jitter = z.number().min(0).max(1);

const initially = (milliseconds: number): z.ZodPrefault<typeof duration> =>
  duration.prefault(formatDuration(milliseconds));

export const tailSchema = z
  .strictObject({
    interval: initially(DEFAULT_TAIL.intervalMilliseconds).describe(DESCRIPTIONS.interval),
    maxInterval: initially(DEFAULT_TAIL.maxIntervalMilliseconds).describe(DESCRIPTIONS.maxInterval),
    jitter: jitter.default(DEFAULT_TAIL.jitter).describe(DESCRIPTIONS.jitter),
    overlap: initially(DEFAULT_TAIL.overlapMilliseconds).describe(DESCRIPTIONS.overlap),
    reorderWindow: initially(DEFAULT_TAIL.reorderMilliseconds).describe(DESCRIPTIONS.reorderWindow),
    drain: drain.prefault(DEFAULT_TAIL.drainMilliseconds.map(formatDuration)).describe(DESCRIPTIONS.drain),
    refresh: initially(DEFAULT_TAIL.refreshMilliseconds).describe(DESCRIPTIONS.refresh),
    maxDuration: initially(DEFAULT_TAIL.maxDurationMilliseconds).describe(DESCRIPTIONS.maxDuration),
  })
  .refine(({ interval, maxInterval }) => maxInterval >= interval, {
    path: ['maxInterval'],
    error: 'must not be shorter than `interval`',
  });

/** The settings that a source may override; the others are taken from the top-level `tail`. */
export const sourceTailSchema = z.strictObject({
  interval: duration.optional().describe(DESCRIPTIONS.interval),
  maxInterval: duration.optional().describe(DESCRIPTIONS.maxInterval),
  jitter: jitter.optional().describe(DESCRIPTIONS.jitter),
  overlap: duration.optional().describe(DESCRIPTIONS.overlap),
  reorderWindow: duration.optional().describe(DESCRIPTIONS.reorderWindow),
  drain: drain.optional().describe(DESCRIPTIONS.drain),
  refresh: duration.optional().describe(DESCRIPTIONS.refresh),
});

const serverUrl = z
  .string()
  .regex(/^rediss?:\/\/./, {
    error: 'expected a URL such as redis://host:6379 or rediss://user:password@host:6379',
  })
  .overwrite(rememberPassword);

const redisServers = z.strictObject({
  url: z
    .string()
    .regex(/^(?:rediss?|unix):\/\/./, {
      error: 'expected a URL such as redis://host:6379, rediss://user:password@host:6379/0 or unix:///path/to/socket',
    })
    .overwrite(rememberPassword)
    .optional()
    .describe('URL of a single Redis server. Read it from the environment if it contains a password.'),
  cluster: z
    .array(serverUrl)
    .min(1)
    .max(50)
    .optional()
    .describe('Some nodes of a Redis Cluster, in place of `url`. User and password are taken from the first.'),
  sentinel: z
    .strictObject({
      nodes: z.array(serverUrl).min(1).max(50).describe('The sentinels. User and password are taken from the first.'),
      master: z.string().min(1).describe('Name of the master at the sentinels.'),
      username: z
        .string()
        .overwrite(withoutLineBreaks)
        .min(1)
        .optional()
        .describe('User of the master and its replicas.'),
      password: secret('Password of the master and its replicas.').optional(),
    })
    .optional()
    .describe('Redis Sentinel, in place of `url`.'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/, { error: 'use up to 64 letters, digits, ".", "_", ":" and "-"' })
    .default('tributary')
    .describe('Prefix of all keys: the same on all replicas of one deployment, and unique to it.'),
  leaseTtl: duration
    .prefault('3s')
    .refine((time) => time >= 300, { error: 'must be at least 300ms' })
    .describe('How long the jobs of a replica that died stay blocked for the others.'),
});

export const redisSchema = redisServers.refine(
  ({ url, cluster, sentinel }) => [url, cluster, sentinel].filter((one) => one !== undefined).length === 1,
  { error: 'expected exactly one of `url`, `cluster` and `sentinel`' },
);

/** Converts the configured settings to the form of the Redis client. */
export function redisSettings(redis: z.output<typeof redisSchema>): Omit<RedisSettings, 'secret'> {
  const { url = '', cluster, sentinel, prefix, leaseTtl } = redis;
  const common = { prefix, leaseMilliseconds: leaseTtl };
  if (cluster !== undefined) return { ...common, servers: { kind: 'cluster', nodes: cluster } };
  if (sentinel !== undefined) return { ...common, servers: { kind: 'sentinel', ...sentinel } };
  return { ...common, servers: { kind: 'single', url } };
}

/** Converts the configured settings to the federation's form. */
export function tailSettings(tail: z.output<typeof tailSchema>): Partial<TailSettings> {
  return { ...sourceTailSettings(tail), maxDurationMilliseconds: tail.maxDuration };
}

export function sourceTailSettings(tail: z.output<typeof sourceTailSchema>): SourceTailSettings {
  const { interval, maxInterval, jitter: part, overlap, reorderWindow, drain: times, refresh } = tail;
  return {
    ...(interval !== undefined && { intervalMilliseconds: interval }),
    ...(maxInterval !== undefined && { maxIntervalMilliseconds: maxInterval }),
    ...(part !== undefined && { jitter: part }),
    ...(overlap !== undefined && { overlapMilliseconds: overlap }),
    ...(reorderWindow !== undefined && { reorderMilliseconds: reorderWindow }),
    ...(times !== undefined && { drainMilliseconds: times }),
    ...(refresh !== undefined && { refreshMilliseconds: refresh }),
  };
}
