import type { Configuration } from '../config/configuration.ts';
import type { Environment } from '../config/environment.ts';
import { loadConfiguration } from '../config/load.ts';
import { parseConfiguration } from '../config/parse.ts';
import { withPlugins } from '../config/plugins.ts';
import { closeSources, connectSources } from '../config/sources.ts';
import type { ConnectedSource } from '../config/sources.ts';
import { textFilesIn } from '../config/text-file.ts';
import type { SourceHttpOptions } from '../http/source-http.ts';
import type { ReplicaSharing } from '../sharing/sharing.ts';
import { startSandbox } from '../sandbox/index.ts';
import type { TributaryConfig } from './config.ts';
import { VENDORS } from '../vendors/index.ts';

/** The configured sources, or those of the sandbox if none are configured. */
export interface OpenSources {
  readonly configuration: Configuration;
  readonly sources: readonly ConnectedSource[];
  /** True if the sources are simulated. */
  readonly sandboxed: boolean;
  /** What is shared with other replicas; closed with the federation. Null: nothing. */
  readonly sharing: ReplicaSharing | null;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** The configuration, if it is already read; null: there is none. `config` is then not looked at. */
  readonly read?: Configuration | null | undefined;
  /** The path of a configuration file, which takes precedence over the usual ones, or its content. */
  readonly config?: string | TributaryConfig | undefined;
  readonly onRequest?: SourceHttpOptions['onRequest'];
  /** Connects to other replicas. Default: no sharing. */
  readonly share?: ((configuration: Configuration) => ReplicaSharing | null) | undefined;
}

/** What reading a configuration depends on. */
export interface ReadingContext {
  /** The variables that it may read. */
  readonly environment: Environment;
  /** Base of relative paths. */
  readonly folder: string;
}

/** Throws `ConfigurationError` if the configuration cannot be used. */
export async function openSources(
  { read, config, onRequest, share = () => null }: OpenOptions,
  { environment, folder }: ReadingContext,
): Promise<OpenSources> {
  const configuration = read === undefined ? await configurationOf(config, { environment, folder }) : read;
  if (configuration === null || configuration.sources.length === 0)
    return openSandbox(configuration, environment, { onRequest, share });
  const sharing = share(configuration);
  const sources = connectSources(configuration, { onRequest, allowances: sharing?.allowances });
  return { configuration, sources, sandboxed: false, sharing, close: async () => closeSources(sources) };
}

export async function configurationOf(
  config: OpenOptions['config'],
  { environment, folder }: ReadingContext,
): Promise<Configuration | null> {
  if (typeof config !== 'object') return loadConfiguration({ path: config, environment, folder, vendors: VENDORS });
  const readText = textFilesIn(folder);
  const origin = 'this program';
  const vendors = await withPlugins(VENDORS, config, { folder, origin });
  return parseConfiguration(config, { origin, vendors, environment, readText });
}

/** The sandbox's sources, with the rest of the configuration unchanged. */
async function openSandbox(
  configured: Configuration | null,
  environment: Environment,
  { onRequest, share }: { onRequest: SourceHttpOptions['onRequest']; share: NonNullable<OpenOptions['share']> },
): Promise<OpenSources> {
  const sandbox = await startSandbox();
  const simulated = parseConfiguration(sandbox.configuration, {
    origin: 'the sandbox',
    vendors: VENDORS,
    environment,
  });
  const configuration = configured === null ? simulated : { ...configured, sources: simulated.sources };
  const sources = connectSources(configuration, { onRequest });
  return {
    configuration,
    sources,
    sandboxed: true,
    // The simulated vendors belong to this process: their limits are not shared with other replicas.
    sharing: share(configuration),
    async close() {
      await closeSources(sources);
      await sandbox.close();
    },
  };
}
