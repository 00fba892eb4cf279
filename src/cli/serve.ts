import { pino } from 'pino';
import type { Logger } from 'pino';
import { openSources } from './open-sources.ts';
import type { OpenSources } from './open-sources.ts';
import { recheckOnHangup } from './recheck.ts';
import { EXIT, untilStopped } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import type { DebugLog } from '../domain/debug-log.ts';
import type { SharingStatistics } from '../federation/api.ts';
import { createFederation } from '../federation/create-federation.ts';
import type { RequestObservation } from '../http/stats.ts';
import type { TailSharing } from '../federation/tail/feed/feeds.ts';
import { createRedisSharing } from '../redis/index.ts';
import { toValidUnicode } from '../domain/ansi.ts';
import { withoutHalfPairs } from '../domain/json.ts';
import type { Configuration } from '../config/configuration.ts';
import { allowedHosts } from '../server/client/allowed-hosts.ts';
import { createMetrics } from '../server/metrics.ts';
import type { Metrics } from '../server/metrics.ts';
import { guardProcess } from '../server/process-guard.ts';
import { createServer } from '../server/server.ts';

export interface ServeOptions {
  readonly config?: string | undefined;
  /** Before what the configuration says. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/** The service's own log: a line of JSON in valid Unicode for each record. */
export function serviceLog(write: (line: string) => void): Logger {
  // pino writes half of a surrogate pair as it is, or as an escape.
  const streamWrite = (line: string): string => toValidUnicode(withoutHalfPairs(line));
  return pino({ base: null, hooks: { streamWrite } }, { write });
}

/**
 * Serves until it is stopped. When it answers, exactly one line on standard output says where; logs are
 * JSON lines on standard error.
 */
export async function serve(options: ServeOptions, surroundings: Surroundings): Promise<number> {
  const logger = serviceLog(surroundings.complain);
  const metrics = createMetrics();
  const onRequest = observeRequests(logger, metrics);
  const opened = await openSources({ config: options.config, onRequest }, surroundings);
  const { server: settings, tail } = opened.configuration;
  logger.level = settings.logLevel;
  const unguard = guardProcess(logger, metrics);
  const debug: DebugLog = (decision, facts) => {
    logger.debug(facts, decision);
  };
  const ignoreHangup = recheckOnHangup(options.config, surroundings, logger);
  const sharing = shareTails(opened.configuration, logger, debug);
  const federation = createFederation(opened.sources, {
    maxPageSize: settings.maxPageSize,
    tail,
    debug,
    ...(sharing === null ? {} : { sharing }),
    ...(settings.cursorSecret === null ? {} : { cursorSecret: settings.cursorSecret }),
  });
  const host = options.host ?? settings.host;
  try {
    const server = await createServer({
      federation,
      host,
      port: options.port ?? settings.port,
      graphiql: settings.graphiql,
      limits: opened.configuration.limits,
      clientLimits: opened.configuration.limits,
      introspection: settings.introspection,
      csrfProtection: settings.csrfProtection,
      allowedHosts: allowedHosts(host, { named: settings.allowedHosts, publicOrigin: settings.publicOrigin }),
      explorer: settings.explorer,
      allowedOrigins: settings.allowedOrigins,
      publicOrigin: settings.publicOrigin,
      trustProxy: settings.trustProxy,
      keepAliveMilliseconds: settings.keepAliveMilliseconds,
      heartbeatMilliseconds: settings.heartbeatMilliseconds,
      logger,
      metrics,
    });
    announce(opened, logger);
    await surroundings.print(`ready at ${server.url}/graphql\n`);
    await untilStopped(surroundings);
    logger.info('shutting down');
    await server.close();
  } finally {
    await federation.close();
    await opened.close();
    unguard();
    ignoreHangup();
  }
  return EXIT.done;
}

function announce({ sources, sandboxed }: OpenSources, logger: Logger): void {
  const names = sources.map(({ name }) => name);
  if (sandboxed)
    logger.info(
      { sources: names },
      'no sources are configured: serving the sandbox, simulated vendors with made-up jobs',
    );
  else logger.info({ sources: names }, 'serving the configured sources');
}

function shareTails({ redis, server }: Configuration, logger: Logger, debug: DebugLog): TailSharing | null {
  if (redis === null) return null;
  const settings = { ...redis, secret: server.cursorSecret ?? 'tributary' };
  const onChange = (state: SharingStatistics['state']): void => {
    if (state === 'CONNECTED') logger.info('sharing pollers with other replicas through Redis');
    else logger.warn('Redis does not answer: this replica polls for itself until it does');
  };
  return createRedisSharing(settings, onChange, debug);
}

/** Calls to sources are counted, and are debug lines: they hold neither URLs nor credentials. */
function observeRequests(logger: Logger, metrics: Metrics): (observation: RequestObservation) => void {
  return (observation) => {
    metrics.upstream(observation.source, observation.outcome);
    logger.debug({ ...observation }, 'asked a source');
  };
}
