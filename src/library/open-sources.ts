import type { Configuration } from '../config/configuration.ts';
import type { Environment } from '../config/environment.ts';
import { loadConfiguration } from '../config/load.ts';
import { parseConfiguration } from '../config/parse.ts';
import { withPlugins } from '../config/plugins.ts';
import { closeSources, connectSources } from '../config/sources.ts';
import type { ConnectedSource } from '../config/sources.ts';
import { textFilesIn } from '../config/text-file.ts';
import type { SourceHttpOptions } from '../http/source-http.ts';
import { startSandbox } from '../sandbox/index.ts';
import type { TributaryConfig } from './config.ts';
import { VENDORS } from '../vendors/index.ts';

/** The configured sources, or the sandbox's where nothing is configured. */
export interface OpenSources {
  readonly configuration: Configuration;
  readonly sources: readonly ConnectedSource[];
  /** Are they simulated? */
  readonly sandboxed: boolean;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** A configuration file, before any other; or what such a file says. */
  readonly config?: string | TributaryConfig | undefined;
  readonly onRequest?: SourceHttpOptions['onRequest'];
}

/** What a configuration is read in. */
export interface Surroundings {
  /** The variables that it may read. */
  readonly environment: Environment;
  /** Where relative paths start. */
  readonly folder: string;
}

/** Throws `ConfigurationError` when there is a configuration that cannot be used. */
export async function openSources(
  { config, onRequest }: OpenOptions,
  { environment, folder }: Surroundings,
): Promise<OpenSources> {
  const configuration = await configurationOf(config, { environment, folder });
  if (configuration === null || configuration.sources.length === 0)
    return openSandbox(configuration, environment, onRequest);
  const sources = connectSources(configuration, { onRequest });
  return { configuration, sources, sandboxed: false, close: async () => closeSources(sources) };
}

async function configurationOf(
  config: OpenOptions['config'],
  { environment, folder }: Surroundings,
): Promise<Configuration | null> {
  if (typeof config !== 'object') return loadConfiguration({ path: config, environment, folder, vendors: VENDORS });
  const readText = textFilesIn(folder);
  const origin = 'this program';
  const vendors = await withPlugins(VENDORS, config, { folder, origin });
  return parseConfiguration(config, { origin, vendors, environment, readText });
}

/** The sandbox's sources, with everything else as it is configured. */
async function openSandbox(
  configured: Configuration | null,
  environment: Environment,
  onRequest: SourceHttpOptions['onRequest'],
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
    async close() {
      await closeSources(sources);
      await sandbox.close();
    },
  };
}
