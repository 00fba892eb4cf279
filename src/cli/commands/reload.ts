import process from 'node:process';
import type { Logger } from 'pino';
import type { Surroundings } from '../surroundings.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import { ConfigurationError } from '../../config/problems.ts';
import type { RootFederation } from '../../federation/create-federation.ts';
import type { LiveSources } from '../../library/live-sources.ts';
import { accessOf } from '../../library/wiring.ts';
import type { ReloadOutcome } from '../../server/metrics/configuration.ts';
import { describeError } from '../../server/graphql/errors.ts';
import type { RunningServer, ServerRules } from '../../server/server.ts';
import { liveLimits } from '../../config/service-limits.ts';
import { allowedHosts } from '../../server/client/allowed-hosts.ts';
import { VENDORS } from '../../vendors/index.ts';

interface ReloadOptions {
  /** The configuration file on the command line. */
  readonly config: string | undefined;
  /** The host on the command line. */
  readonly host: string | undefined;
  readonly surroundings: Pick<Surroundings, 'environment' | 'folder'>;
  readonly live: LiveSources;
  readonly federation: RootFederation;
  readonly server: Pick<RunningServer, 'applyRules'>;
  readonly logger: Logger;
  readonly onOutcome: (outcome: ReloadOutcome) => void;
}

/**
 * Creates a function that reloads and applies the configuration. If the configuration is invalid, logs why and changes
 * nothing.
 */
export function createReload(options: ReloadOptions): () => Promise<void> {
  const { config, surroundings, live, server, logger } = options;
  let federation = options.federation;

  async function apply(configuration: Configuration | null): Promise<void> {
    const { changes, afterRestart, sources, ...succession } = live.prepare(configuration, config ?? 'the folder');
    const next = federation.withSources(sources, configuration === null ? undefined : settingsOf(configuration));
    const sandboxed = configuration === null || configuration.sources.length === 0;
    const auth = accessOf(configuration?.server.auth ?? null, sandboxed);
    try {
      await server.applyRules({
        federation: next,
        ...(auth === null ? {} : { auth }),
        ...(configuration === null ? {} : rulesOf(configuration, options.host ?? configuration.server.host)),
      });
    } catch (error) {
      await succession.abandon();
      throw error;
    }
    federation = next;
    succession.take();
    if (configuration !== null) logger.level = configuration.server.logLevel;
    logger.info(changes, 'the configuration was read again and is in use');
    if (afterRestart.length > 0) {
      logger.warn(
        { keys: afterRestart },
        'restart needed: these keys have changed, and the service goes on as it started',
      );
    }
  }

  return async () => {
    try {
      await apply(await loadConfiguration({ ...surroundings, path: config, vendors: VENDORS }));
      options.onOutcome('applied');
    } catch (error) {
      options.onOutcome('refused');
      if (error instanceof ConfigurationError) logger.error({ problems: error.problems }, REFUSED);
      else logger.error({ error: describeError(error) }, REFUSED);
    }
  };
}

function settingsOf({
  server: { maxPageSize },
  tail,
}: Configuration): Pick<Configuration, 'tail'> & { maxPageSize: number } {
  return { maxPageSize, tail };
}

function rulesOf({ server, limits }: Configuration, host: string): Omit<ServerRules, 'federation' | 'auth'> {
  const { publicOrigin, trustProxy, keepAliveMilliseconds } = server;
  return {
    liveLimits: liveLimits(limits),
    allowedHosts: allowedHosts(host, { named: server.allowedHosts, publicOrigin }),
    publicOrigin,
    trustProxy,
    keepAliveMilliseconds,
  };
}

const REFUSED = 'the configuration cannot be used; the service goes on with the one that it has';

/**
 * Reloads on SIGHUP, one reload at a time; signals that arrive meanwhile cause one more reload. Without a listener, the
 * signal would end the process and all its connections. Returns a function that removes the listener and waits for a
 * running reload.
 */
export function onHangup(reload: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isWanted = false;
  async function run(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await reload();
    }
    running = null;
  }
  const listener = (): void => {
    isWanted = true;
    running ??= run();
  };
  process.on('SIGHUP', listener);
  return async () => {
    process.off('SIGHUP', listener);
    isWanted = false;
    await running;
  };
}
