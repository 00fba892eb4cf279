import process from 'node:process';
import type { Logger } from 'pino';
import type { SourceChanges } from '../../config/changes.ts';
import type { Configuration } from '../../config/configuration.ts';
import { ConfigurationError } from '../../config/problems.ts';
import type { RootFederation } from '../../federation/create-federation.ts';
import type { LiveSources } from '../../library/live-sources.ts';
import { accessOf } from '../../library/wiring.ts';
import type { ReloadOutcome } from '../../server/metrics/configuration.ts';
import { describeError } from '../../server/graphql/errors.ts';
import type { RunningServer, ServerRules } from '../../server/server.ts';
import { liveLimits } from '../../config/service-limits.ts';
import { allowedHosts } from '../../server/client/allowed-hosts.ts';

interface ApplyOptions {
  /** What the configuration is called in messages. */
  readonly origin: string;
  /** The host on the command line. */
  readonly host: string | undefined;
  readonly live: LiveSources;
  readonly federation: RootFederation;
  readonly server: Pick<RunningServer, 'applyRules'>;
  readonly logger: Logger;
}

/** What a configuration has changed. */
export interface Applied {
  readonly changes: SourceChanges;
  /** Changed keys that take effect only after a restart. */
  readonly afterRestart: readonly string[];
}

/** Applies a configuration to the running service; null: there is none any more. */
export type Apply = (configuration: Configuration | null) => Promise<Applied>;

/** Creates a function that applies a configuration, or throws and changes nothing. */
export function createApply({ origin, live, server, logger, ...options }: ApplyOptions): Apply {
  let federation = options.federation;
  return async (configuration) => {
    const { changes, afterRestart, sources, ...succession } = live.prepare(configuration, origin);
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
    return { changes, afterRestart };
  };
}

interface ReloadOptions<Read> {
  readonly read: () => Promise<Read>;
  readonly apply: (read: Read) => Promise<Applied>;
  readonly logger: Logger;
  readonly onOutcome: (outcome: ReloadOutcome) => void;
}

/** Creates a function that reads the configuration again and applies it, and logs what came of it. */
export function createReload<Read>({ read, apply, logger, onOutcome }: ReloadOptions<Read>): () => Promise<void> {
  return async () => {
    try {
      const { changes, afterRestart } = await apply(await read());
      logger.info(changes, 'the configuration was read again and is in use');
      if (afterRestart.length > 0) {
        logger.warn(
          { keys: afterRestart },
          'restart needed: these keys have changed, and the service goes on as it started',
        );
      }
      onOutcome('applied');
    } catch (error) {
      onOutcome('refused');
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
