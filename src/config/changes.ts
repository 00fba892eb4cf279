import { isDeepStrictEqual } from 'node:util';
import type { Configuration, SourceConfiguration } from './configuration.ts';
import { liveLimits } from './service-limits.ts';

/** How the set of sources has changed. */
export interface SourceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Sources that are in both configurations with different settings. */
  readonly changed: readonly string[];
}

/** Keys of `server` that a running service applies without a restart. */
const TAKEN: ReadonlySet<string> = new Set([
  'server.auth',
  'server.logLevel',
  'server.maxPageSize',
  'server.allowedHosts',
  'server.publicUrl',
  'server.trustProxy',
  'server.keepAlive',
]);

/** Settings whose names differ from their keys. */
const KEYS: Readonly<Record<string, string>> = { publicOrigin: 'publicUrl' };

/** The differences between the sources of two configurations. */
export function sourceChanges(before: Configuration, after: Configuration): SourceChanges {
  const [old, given] = [byName(before), byName(after)];
  const both = [...given.keys()].filter((name) => old.has(name));
  return {
    added: [...given.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !given.has(name)),
    changed: both.filter((name) => !isDeepStrictEqual(old.get(name), given.get(name))),
  };
}

/** Changed keys that take effect only after a restart. */
export function keysForRestart(started: Configuration, after: Configuration): readonly string[] {
  return [
    ...differing('server', started.server, after.server).filter((key) => !TAKEN.has(key)),
    ...differing('limits', { ...started.limits, ...liveLimits(after.limits) }, after.limits),
    ...(isDeepStrictEqual(started.redis, after.redis) ? [] : ['redis']),
  ];
}

/** What a service that started with one configuration goes by after another one was applied: keys that need a restart stay. */
export function afterReload(started: Configuration, after: Configuration): Configuration {
  const { auth, logLevel, maxPageSize, allowedHosts, publicOrigin, trustProxy, keepAliveMilliseconds } = after.server;
  const taken = { auth, logLevel, maxPageSize, allowedHosts, publicOrigin, trustProxy, keepAliveMilliseconds };
  return {
    ...after,
    server: { ...started.server, ...taken },
    limits: { ...started.limits, ...liveLimits(after.limits) },
    redis: started.redis,
  };
}

function byName({ sources }: Configuration): ReadonlyMap<string, SourceConfiguration> {
  return new Map(sources.map((source) => [source.name, source]));
}

/** The keys of a section whose settings differ. */
function differing(part: string, before: object, after: object): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => !isDeepStrictEqual(values.get(name), value))
    .map(([name]) => `${part}.${KEYS[name] ?? name.replace(/Milliseconds$/, '')}`);
}
