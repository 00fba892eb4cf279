import type { Logger } from 'pino';
import type { OpenSources } from './open-sources.ts';
import type { AccessSettings } from '../config/access.ts';
import type { Configuration } from '../config/configuration.ts';
import type { ConnectedSource } from '../config/sources.ts';
import type { DebugLog } from '../domain/debug-log.ts';
import type { SharingStatistics } from '../federation/api.ts';
import { createFederation } from '../federation/create-federation.ts';
import type { RootFederation } from '../federation/create-federation.ts';
import { createRedisSharing } from '../redis/index.ts';
import type { ReplicaSharing } from '../sharing/sharing.ts';
import type { ServiceOptions } from '../server/service-options.ts';
import type { OnDelivery } from '../server/tracing/open-telemetry.ts';
import type { Tracing } from '../server/tracing/tracing.ts';

/** The federation of the opened sources, with the configured settings. */
export function federate({ configuration, sources, sharing }: OpenSources, logger: Logger | null): RootFederation {
  const { server, tail } = configuration;
  return createFederation(sources, {
    maxPageSize: server.maxPageSize,
    tail,
    debug: debugLogOf(logger),
    ...(sharing === null ? {} : { sharing }),
    ...(server.cursorSecret === null ? {} : { cursorSecret: server.cursorSecret }),
  });
}

/** Starts tracing as configured; null: tracing is off, and its modules are not loaded. */
export async function traceAsConfigured(
  { configuration }: Pick<OpenSources, 'configuration'>,
  onDelivery: OnDelivery = () => undefined,
): Promise<Tracing | null> {
  const { tracing } = configuration.server;
  if (tracing === null) return null;
  const { startTracing } = await import('../server/tracing/open-telemetry.ts');
  return startTracing(tracing, onDelivery);
}

/** The service's settings from the configuration, for every way to serve it. */
export function serviceSettings({
  configuration: { server, limits },
  sandboxed,
}: Pick<OpenSources, 'configuration' | 'sandboxed'>): Omit<ServiceOptions, 'federation'> {
  const auth = accessOf(server.auth, sandboxed);
  return {
    ...(auth === null ? {} : { auth }),
    graphiql: server.graphiql,
    audit: server.audit,
    limits,
    clientLimits: limits,
    introspection: server.introspection,
    subgraphNodes: server.subgraphNodes,
    subgraphTraces: server.subgraphTraces,
    persistedQueries: server.persistedQueries,
    batching: server.batching,
    compression: server.compression,
    csrfProtection: server.csrfProtection,
    explorer: server.explorer,
    mcp: server.mcp,
    allowedOrigins: server.allowedOrigins,
    publicOrigin: server.publicOrigin,
    trustProxy: server.trustProxy,
    heartbeatMilliseconds: server.heartbeatMilliseconds,
  };
}

/** True if a source kept failing and is left alone: `/health/ready` reports it. */
export function isAnyLeftAlone(sources: readonly ConnectedSource[]): boolean {
  return sources.some(({ http }) => http.stats().breaker !== 'closed');
}

/** Who may call. Simulated data may be read by every caller. */
export function accessOf(configured: AccessSettings | null, sandboxed: boolean): AccessSettings | null {
  return configured ?? (sandboxed ? { type: 'none' } : null);
}

export function debugLogOf(logger: Logger | null): DebugLog {
  return (decision, facts) => {
    logger?.debug(facts, decision);
  };
}

/** Connects to the other replicas, as configured. */
export function shareAsConfigured(logger: Logger | null): (configuration: Configuration) => ReplicaSharing | null {
  return ({ redis, server }) => (redis === null ? null : shareOver(redis, server, logger));
}

function shareOver(
  redis: NonNullable<Configuration['redis']>,
  server: Pick<Configuration['server'], 'cursorSecret'>,
  logger: Logger | null,
): ReplicaSharing {
  const settings = { ...redis, secret: server.cursorSecret ?? 'tributary' };
  const onChange = (state: SharingStatistics['state']): void => {
    if (state === 'CONNECTED') logger?.info('sharing pollers and source limits with other replicas through Redis');
    else logger?.warn(ALONE);
  };
  return createRedisSharing(settings, onChange, debugLogOf(logger));
}

const ALONE = 'Redis does not answer: until it does, this replica polls alone and applies the limits of sources alone';
