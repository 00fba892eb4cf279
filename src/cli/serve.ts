import { pino } from 'pino';
import type { Logger } from 'pino';
import { openSources } from './open-sources.ts';
import type { OpenSources } from './open-sources.ts';
import { EXIT, untilStopped } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { createFederation } from '../federation/create-federation.ts';
import type { RequestObservation } from '../http/stats.ts';
import { createServer } from '../server/server.ts';

export interface ServeOptions {
  readonly config?: string | undefined;
  /** Before what the configuration says. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/**
 * Serves until it is stopped. When it answers, exactly one line on standard output says where; logs are
 * JSON lines on standard error.
 */
export async function serve(options: ServeOptions, surroundings: Surroundings): Promise<number> {
  const logger = pino({ base: null }, { write: surroundings.complain });
  const opened = await openSources({ config: options.config, onRequest: logRequests(logger) }, surroundings);
  const { server: settings } = opened.configuration;
  logger.level = settings.logLevel;
  try {
    const federation = createFederation(opened.sources, {
      maxPageSize: settings.maxPageSize,
      ...(settings.cursorSecret === null ? {} : { cursorSecret: settings.cursorSecret }),
    });
    const server = await createServer({
      federation,
      host: options.host ?? settings.host,
      port: options.port ?? settings.port,
      graphiql: settings.graphiql,
      allowedOrigins: settings.allowedOrigins,
      logger,
    });
    announce(opened, logger);
    await surroundings.print(`ready at ${server.url}/graphql\n`);
    await untilStopped(surroundings);
    logger.info('shutting down');
    await server.close();
  } finally {
    await opened.close();
  }
  return EXIT.done;
}

function announce({ sources, sandboxed }: OpenSources, logger: Logger): void {
  const names = sources.map(({ name }) => name);
  if (sandboxed)
    logger.info({ sources: names }, 'nothing is configured: serving the sandbox, simulated vendors with made-up jobs');
  else logger.info({ sources: names }, 'serving the configured sources');
}

/** Calls to sources are debug lines: they hold neither URLs nor credentials. */
function logRequests(logger: Logger): (observation: RequestObservation) => void {
  return (observation) => {
    logger.debug({ ...observation }, 'asked a source');
  };
}
