import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { configurationOf } from '../../library/open-sources.ts';
import type { OpenOptions, OpenSources } from '../../library/open-sources.ts';
import { readConfiguration } from '../../config/load.ts';
import type { ReadConfiguration } from '../../config/load.ts';
import { ConfigurationError } from '../../config/problems.ts';
import { workersOf } from '../../config/workers.ts';
import type { Configuration } from '../../config/configuration.ts';
import { shareAsConfigured } from '../../library/wiring.ts';
import { createMetrics } from '../../server/metrics/metrics.ts';
import { VENDORS } from '../../vendors/index.ts';
import { serviceLog } from '../serve/log.ts';
import { WORKER_VARIABLE } from '../serve/processes.ts';
import { createReload, onHangup } from '../serve/reload.ts';
import { startServiceProcess } from '../serve/run-service.ts';
import { EXIT, untilStopped } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface ServeOptions {
  readonly config?: OpenOptions['config'];
  /** Overrides the configuration. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/**
 * Serves until the process is stopped. When the service is ready, prints exactly one line with its address to standard
 * output. Logs go to standard error as JSON lines.
 */
export async function serve(
  { config, port, host }: ServeOptions,
  surroundings: Surroundings,
  onReady: (url: string) => void = () => undefined,
): Promise<number> {
  if (cluster.isWorker && surroundings.environment[WORKER_VARIABLE] !== undefined) {
    return (await import('../serve/worker.ts')).serveAsWorker({ host }, surroundings);
  }
  const logger = serviceLog(surroundings.complain);
  if (typeof config === 'object') {
    const configuration = await configurationOf(config, surroundings);
    return serveAlone({ configuration, path: undefined, port, host, logger }, surroundings, onReady);
  }
  const read = (): Promise<ReadConfiguration | null> =>
    readConfiguration({ ...surroundings, path: config, vendors: VENDORS });
  const first = await read();
  const count = workersOf(first?.configuration ?? null);
  if (first === null || count === 1) {
    const configuration = first?.configuration ?? null;
    return serveAlone({ configuration, path: config, port, host, logger }, surroundings, onReady);
  }
  if (!cluster.isPrimary) {
    const message = 'must be 1 in a process that is itself a worker of another program';
    throw new ConfigurationError(first.snapshot.origin, [{ key: 'server.workers', message }]);
  }
  const { serveWithWorkers } = await import('../serve/primary.ts');
  return serveWithWorkers({ first, read, count, port, logger }, surroundings);
}

interface AloneOptions {
  readonly configuration: Configuration | null;
  readonly path: string | undefined;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly logger: Logger;
}

/** Serves from this process. */
async function serveAlone(
  { configuration, path, port, host, logger }: AloneOptions,
  surroundings: Surroundings,
  onReady: (url: string) => void,
): Promise<number> {
  const metrics = createMetrics();
  const onOutcome = metrics.configuration();
  // Until the server runs, SIGHUP does nothing.
  let reload = (): Promise<void> => Promise.resolve();
  const ignoreHangup = onHangup(() => reload());
  try {
    const service = await startServiceProcess({
      configuration,
      origin: path ?? 'the folder',
      host,
      port,
      share: shareAsConfigured(logger),
      context: surroundings,
      logger,
      metrics,
    });
    try {
      const read = async (): Promise<Configuration | null> =>
        (await readConfiguration({ ...surroundings, path, vendors: VENDORS }))?.configuration ?? null;
      reload = createReload({ read, apply: service.apply, logger, onOutcome });
      announce(service.sources, logger);
      await surroundings.print(`ready at ${service.url}/graphql\n`);
      onReady(service.url);
      await untilStopped(surroundings);
      logger.info('shutting down');
    } finally {
      await ignoreHangup();
      await service.close();
    }
  } finally {
    await ignoreHangup();
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
