import process from 'node:process';
import type { Logger } from 'pino';
import type { Surroundings } from './surroundings.ts';
import { loadConfiguration } from '../config/load.ts';
import { ConfigurationError } from '../config/problems.ts';
import { describeError } from '../server/graphql/errors.ts';
import { VENDORS } from '../vendors/index.ts';

/**
 * Checks the configuration when the process gets SIGHUP, and says in the log whether a restart would take it. Without a listener
 * the signal would end the process, and all its connections. Returns what takes the listener away.
 */
export function recheckOnHangup(
  config: string | undefined,
  { environment, folder }: Pick<Surroundings, 'environment' | 'folder'>,
  logger: Logger,
): () => void {
  async function recheck(): Promise<void> {
    try {
      await loadConfiguration({ path: config, environment, folder, vendors: VENDORS });
      logger.info('the configuration is valid; it is used after a restart');
    } catch (error) {
      if (error instanceof ConfigurationError) logger.error({ problems: error.message }, REFUSED);
      else logger.error({ error: describeError(error) }, REFUSED);
    }
  }
  const listener = (): void => void recheck();
  process.on('SIGHUP', listener);
  return () => {
    process.off('SIGHUP', listener);
  };
}

const REFUSED = 'the configuration cannot be used; the service goes on with the one that it has';
