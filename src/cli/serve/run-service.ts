import type { Logger } from 'pino';
import type { Configuration } from '../../config/configuration.ts';
import type { RequestObservation } from '../../http/stats.ts';
import { LiveSources } from '../../library/live-sources.ts';
import { openSources } from '../../library/open-sources.ts';
import type { OpenOptions, ReadingContext } from '../../library/open-sources.ts';
import { federate, isAnyLeftAlone, serviceSettings, traceAsConfigured } from '../../library/wiring.ts';
import { allowedHosts } from '../../server/client/allowed-hosts.ts';
import type { Metrics } from '../../server/metrics/metrics.ts';
import { guardProcess } from '../../server/process-guard.ts';
import { createServer } from '../../server/server.ts';
import type { ServiceOptions } from '../../server/service-options.ts';
import { createApply } from './reload.ts';

export interface ServiceProcessOptions extends Pick<ServiceOptions, 'otherWorkers'> {
  readonly configuration: Configuration | null;
  /** What the configuration is called in messages. */
  readonly origin: string;
  /** Override the configuration. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly share: OpenOptions['share'];
  readonly context: ReadingContext;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Starts the service in this process. If it cannot start, frees everything and rejects. */
export async function startServiceProcess(options: ServiceProcessOptions) {
  const { logger, metrics, context, origin } = options;
  const onRequest = observeRequests(logger, metrics);
  const opened = await openSources({ read: options.configuration, onRequest, share: options.share }, context);
  const { server: settings } = opened.configuration;
  logger.level = settings.logLevel;
  metrics.process();
  const live = new LiveSources(opened, onRequest);
  metrics.sources(() => live.sources.map(({ name, http }) => ({ ...http.stats(), source: name })));
  const unguard = guardProcess(logger, metrics);
  const federation = federate(opened, logger);
  const tracing = await traceAsConfigured(opened, metrics.tracing());
  const host = options.host ?? settings.host;
  const isSourceDown = (): boolean => isAnyLeftAlone(live.sources);

  async function free(): Promise<void> {
    await federation.close();
    await live.close();
    await opened.close();
    await tracing?.close();
    unguard();
  }

  try {
    const server = await createServer({
      ...serviceSettings(opened),
      federation,
      host,
      port: options.port ?? settings.port,
      allowedHosts: allowedHosts(host, { named: settings.allowedHosts, publicOrigin: settings.publicOrigin }),
      keepAliveMilliseconds: settings.keepAliveMilliseconds,
      headersTimeoutMilliseconds: settings.headersTimeoutMilliseconds,
      bodyTimeoutMilliseconds: settings.bodyTimeoutMilliseconds,
      logger,
      metrics,
      isSourceDown,
      ...(options.otherWorkers === undefined ? {} : { otherWorkers: options.otherWorkers, isWorker: true }),
      ...(tracing === null ? {} : { tracing }),
    });
    return {
      url: server.url,
      sources: opened,
      apply: createApply({ origin, host: options.host, live, federation, server, logger }),
      /** What `/health/ready` reports of this process. */
      state: () => ({
        isRedisDown: federation.tailStatistics().sharing?.state === 'DOWN',
        isSourceDown: isSourceDown(),
      }),
      /** Lets answers in progress finish, and frees everything. */
      async close() {
        await server.close();
        await free();
      },
    };
  } catch (error) {
    await free();
    throw error;
  }
}

/** Counts calls to sources and logs them at debug level, without URLs or credentials. */
function observeRequests(logger: Logger, metrics: Metrics): (observation: RequestObservation) => void {
  return (observation) => {
    metrics.upstream(observation);
    logger.debug({ ...observation }, 'asked a source');
  };
}
