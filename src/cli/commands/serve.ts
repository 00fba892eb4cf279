import { pino } from 'pino';
import type { Logger } from 'pino';
import { openSources } from '../../library/open-sources.ts';
import type { OpenOptions, OpenSources } from '../../library/open-sources.ts';
import { createReload, onHangup } from './reload.ts';
import { EXIT, untilStopped } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { LiveSources } from '../../library/live-sources.ts';
import type { RequestObservation } from '../../http/stats.ts';
import { toValidUnicode } from '../../domain/ansi.ts';
import { withoutHalfPairs } from '../../domain/json.ts';
import { allowedHosts } from '../../server/client/allowed-hosts.ts';
import {
  federate,
  isAnyLeftAlone,
  serviceSettings,
  shareAsConfigured,
  traceAsConfigured,
} from '../../library/wiring.ts';
import { createMetrics } from '../../server/metrics/metrics.ts';
import type { Metrics } from '../../server/metrics/metrics.ts';
import { guardProcess } from '../../server/process-guard.ts';
import { createServer } from '../../server/server.ts';

export interface ServeOptions {
  readonly config?: OpenOptions['config'];
  /** Overrides the configuration. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/** The service's log: one line of JSON in valid Unicode per record. */
export function serviceLog(write: (line: string) => void): Logger {
  // pino writes a lone surrogate unchanged or as an escape.
  const streamWrite = (line: string): string => toValidUnicode(withoutHalfPairs(line));
  return pino({ base: null, hooks: { streamWrite } }, { write });
}

/**
 * Serves until the process is stopped. When the service is ready, prints exactly one line with its address to standard
 * output. Logs go to standard error as JSON lines.
 */
export async function serve(
  options: ServeOptions,
  surroundings: Surroundings,
  onReady: (url: string) => void = () => undefined,
): Promise<number> {
  const logger = serviceLog(surroundings.complain);
  const metrics = createMetrics();
  const onRequest = observeRequests(logger, metrics);
  const opened = await openSources(
    { config: options.config, onRequest, share: shareAsConfigured(logger) },
    surroundings,
  );
  const { server: settings } = opened.configuration;
  logger.level = settings.logLevel;
  metrics.process();
  const live = new LiveSources(opened, onRequest);
  metrics.sources(() => live.sources.map(({ name, http }) => ({ ...http.stats(), source: name })));
  const unguard = guardProcess(logger, metrics);
  const onOutcome = metrics.configuration();
  const federation = federate(opened, logger);
  const tracing = await traceAsConfigured(opened, metrics.tracing());
  const host = options.host ?? settings.host;
  // Until the server runs, SIGHUP does nothing.
  let reload = (): Promise<void> => Promise.resolve();
  const ignoreHangup = onHangup(() => reload());
  try {
    const server = await createServer({
      ...serviceSettings(opened),
      federation,
      host,
      port: options.port ?? settings.port,
      allowedHosts: allowedHosts(host, { named: settings.allowedHosts, publicOrigin: settings.publicOrigin }),
      keepAliveMilliseconds: settings.keepAliveMilliseconds,
      logger,
      metrics,
      isSourceDown: () => isAnyLeftAlone(live.sources),
      ...(tracing === null ? {} : { tracing }),
    });
    const config = typeof options.config === 'string' ? options.config : undefined;
    reload = createReload({ config, host, surroundings, live, federation, server, logger, onOutcome });
    announce(opened, logger);
    await surroundings.print(`ready at ${server.url}/graphql\n`);
    onReady(server.url);
    await untilStopped(surroundings);
    logger.info('shutting down');
    await server.close();
  } finally {
    await ignoreHangup();
    await federation.close();
    await live.close();
    await opened.close();
    await tracing?.close();
    unguard();
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

/** Counts calls to sources and logs them at debug level, without URLs or credentials. */
function observeRequests(logger: Logger, metrics: Metrics): (observation: RequestObservation) => void {
  return (observation) => {
    metrics.upstream(observation);
    logger.debug({ ...observation }, 'asked a source');
  };
}
