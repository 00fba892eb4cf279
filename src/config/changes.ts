import { isDeepStrictEqual } from 'node:util';
import type { Configuration, SourceConfiguration } from './configuration.ts';
import { liveLimits } from './service-limits.ts';

/** What a service has to do when its sources have become others. */
export interface SourceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Sources that are there in both, and not the same. */
  readonly changed: readonly string[];
}

/** Keys of `server` that a running service takes. */
const TAKEN: ReadonlySet<string> = new Set([
  'server.auth',
  'server.logLevel',
  'server.maxPageSize',
  'server.allowedHosts',
  'server.publicUrl',
  'server.trustProxy',
  'server.keepAlive',
]);

/** Settings whose names are not those of their keys. */
const KEYS: Readonly<Record<string, string>> = { publicOrigin: 'publicUrl' };

/** Which sources are not what they were. */
export function sourceChanges(before: Configuration, after: Configuration): SourceChanges {
  const [old, given] = [byName(before), byName(after)];
  const both = [...given.keys()].filter((name) => old.has(name));
  return {
    added: [...given.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !given.has(name)),
    changed: both.filter((name) => !isDeepStrictEqual(old.get(name), given.get(name))),
  };
}

/** The keys that count when the service starts, and are not what they were then. */
export function keysForRestart(started: Configuration, after: Configuration): readonly string[] {
  return [
    ...differing('server', started.server, after.server).filter((key) => !TAKEN.has(key)),
    ...differing('limits', { ...started.limits, ...liveLimits(after.limits) }, after.limits),
    ...(isDeepStrictEqual(started.redis, after.redis) ? [] : ['redis']),
  ];
}

function byName({ sources }: Configuration): ReadonlyMap<string, SourceConfiguration> {
  return new Map(sources.map((source) => [source.name, source]));
}

/** The keys of a part of the file whose settings differ. */
function differing(part: string, before: object, after: object): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => !isDeepStrictEqual(values.get(name), value))
    .map(([name]) => `${part}.${KEYS[name] ?? name.replace(/Milliseconds$/, '')}`);
}
