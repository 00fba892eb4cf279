import type { Surroundings } from './surroundings.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { parseConfiguration } from '../config/parse.ts';
import { closeSources, connectSources } from '../config/sources.ts';
import type { ConnectedSource } from '../config/sources.ts';
import type { SourceHttpOptions } from '../http/source-http.ts';
import { startSandbox } from '../sandbox/index.ts';
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
  /** A configuration file, before any other. */
  readonly config?: string | undefined;
  readonly onRequest?: SourceHttpOptions['onRequest'];
}

/** Throws `ConfigurationError` when there is a configuration that cannot be used. */
export async function openSources(
  { config, onRequest }: OpenOptions,
  { environment, folder }: Pick<Surroundings, 'environment' | 'folder'>,
): Promise<OpenSources> {
  const configuration = await loadConfiguration({ path: config, environment, folder, vendors: VENDORS });
  if (configuration === null || configuration.sources.length === 0) return openSandbox(configuration, onRequest);
  const sources = connectSources(configuration, { onRequest });
  return { configuration, sources, sandboxed: false, close: async () => closeSources(sources) };
}

/** The sandbox's sources, with everything else as it is configured. */
async function openSandbox(
  configured: Configuration | null,
  onRequest: SourceHttpOptions['onRequest'],
): Promise<OpenSources> {
  const sandbox = await startSandbox();
  const simulated = parseConfiguration(sandbox.configuration, {
    origin: 'the sandbox',
    vendors: VENDORS,
    environment: {},
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
