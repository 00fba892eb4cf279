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
import { federate, serviceSettings, shareAsConfigured, traceAsConfigured } from '../../library/wiring.ts';
import { createMetrics } from '../../server/metrics/metrics.ts';
import type { Metrics } from '../../server/metrics/metrics.ts';
import { guardProcess } from '../../server/process-guard.ts';
import { createServer } from '../../server/server.ts';

export interface ServeOptions {
  readonly config?: OpenOptions['config'];
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
  // Until there is a server that could go on otherwise, the signal asks for nothing.
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
      isSourceDown: () => live.sources.some(({ http }) => http.stats().breaker !== 'closed'),
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

/** Calls to sources are counted, and are debug lines: they hold neither URLs nor credentials. */
function observeRequests(logger: Logger, metrics: Metrics): (observation: RequestObservation) => void {
  return (observation) => {
    metrics.upstream(observation);
    logger.debug({ ...observation }, 'asked a source');
  };
}
