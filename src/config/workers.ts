import { availableParallelism } from 'node:os';
import type { PaceAfter } from '../http/settings.ts';
import type { Configuration, SourceConfiguration } from './configuration.ts';
import { ConfigurationError } from './problems.ts';
import { DEFAULT_CLIENT_LIMITS } from './service-limits.ts';

/** Which of the workers of a service a process is. */
export interface WorkerPlace {
  /** From 1 on. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
}

/** How many workers serve. The sandbox has one, since its simulated vendors live in that process. */
export function workersOf(configuration: Configuration | null, cores = availableParallelism()): number {
  if (configuration === null || configuration.sources.length === 0) return 1;
  const { workers } = configuration.server;
  if (workers !== 'auto') return workers;
  const most = Math.min(...dividedLimits(configuration).map(([, limit]) => limit));
  return Math.max(1, Math.min(cores, most));
}

/** Throws `ConfigurationError` if a limit cannot be divided among so many workers. */
export function checkWorkers(configuration: Configuration, count: number, origin: string): void {
  const problems = dividedLimits(configuration)
    .filter(([, limit]) => limit < count)
    .map(([key]) => {
      const message = `is divided among the workers: with ${count} of them (server.workers) it must be at least ${count}`;
      return { key, message };
    });
  if (count > 1 && problems.length > 0) throw new ConfigurationError(origin, problems);
}

/**
 * The configuration of one worker: its part of what the service promises as a whole. The parts of all workers add up to
 * the limit. What is shared through the primary process or Redis, and what is bounded for each operation, is unchanged.
 */
export function partOf(configuration: Configuration, place: WorkerPlace): Configuration {
  if (place.of === 1) return configuration;
  const { limits, sources } = configuration;
  const part = (limit: number): number => partOfLimit(limit, place);
  /** The default is a part of the heap, and each worker has its own heap. */
  const partOfMemory = (key: 'unreadBytes' | 'heldVendorBytes'): number =>
    limits[key] === DEFAULT_CLIENT_LIMITS[key] ? limits[key] : part(limits[key]);
  return {
    ...configuration,
    limits: {
      ...limits,
      connections: part(limits.connections),
      requestsPerSecond: part(limits.requestsPerSecond),
      operations: part(limits.operations),
      unreadBytes: partOfMemory('unreadBytes'),
      heldVendorBytes: partOfMemory('heldVendorBytes'),
    },
    sources: sources.map((source) => partOfSource(source, place)),
  };
}

function dividedLimits({ limits, sources }: Configuration): readonly (readonly [key: string, limit: number])[] {
  return [
    ['limits.connections', limits.connections],
    ['limits.requestsPerSecond', limits.requestsPerSecond],
    ['limits.operations', limits.operations],
    ['limits.unreadBytes', limits.unreadBytes],
    ['limits.heldVendorBytes', limits.heldVendorBytes],
    ...sources.map(({ name, http }) => [`sources.${name}.limits.concurrency`, http.limits.concurrency] as const),
  ];
}

function partOfLimit(limit: number, { number, of }: WorkerPlace): number {
  return Math.floor(limit / of) + (number <= limit % of ? 1 : 0);
}

function partOfSource(source: SourceConfiguration, place: WorkerPlace): SourceConfiguration {
  const { http } = source;
  const limits = { ...http.limits, concurrency: partOfLimit(http.limits.concurrency, place) };
  return { ...source, http: { ...http, limits, paceAfter: http.paceAfter && slower(http.paceAfter, place.of) } };
}

const slowed = new WeakMap<PaceAfter, Map<number, PaceAfter>>();

/** Each worker starts calls as much further apart as there are workers. The same function for the same arguments. */
function slower(paceAfter: PaceAfter, count: number): PaceAfter {
  const known = slowed.get(paceAfter) ?? new Map<number, PaceAfter>();
  slowed.set(paceAfter, known);
  const made: PaceAfter = known.get(count) ?? ((answer) => count * paceAfter(answer));
  known.set(count, made);
  return made;
}
