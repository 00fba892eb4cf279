import type { Configuration, SourceConfiguration } from './configuration.ts';
import type { SourceTailSettings } from '../federation/tail/settings.ts';
import { createSourceHttp } from '../http/source-http.ts';
import type { ManagedSourceHttp, SourceHttpOptions } from '../http/source-http.ts';
import { ConfigurationError } from './problems.ts';
import type { Connector, ConnectorOptions, VendorDefinition } from '../vendors/connector.ts';
import { faultOfConnector } from '../vendors/define-vendor.ts';

/** A source with its connector. */
export interface ConnectedSource {
  readonly name: string;
  readonly vendor: string;
  readonly definition: VendorDefinition;
  readonly connector: Connector;
  readonly http: ManagedSourceHttp;
  /** True if the source is called with the caller's own `Authorization`. */
  readonly forwards: boolean;
  readonly tail: SourceTailSettings;
  /** Aborted by `retire`. */
  readonly retired: AbortSignal;
  /**
   * Called when the source has been removed from the configuration: its tails end. Other work may go on until it is
   * closed.
   */
  retire(): void;
}

/**
 * Makes a connector for every configured source, in their order. Calls no vendor yet. Throws `ConfigurationError` if a module
 * gives something else.
 */
export function connectSources(
  { sources }: Pick<Configuration, 'sources'>,
  options: SourceHttpOptions = {},
): readonly ConnectedSource[] {
  const made: ConnectedSource[] = [];
  try {
    for (const source of sources) made.push(connect(source, options));
  } catch (error) {
    void closeSources(made);
    throw error;
  }
  return made;
}

function connect(
  { name, definition, http: settings, options: vendorOptions, tail }: SourceConfiguration,
  options: SourceHttpOptions,
): ConnectedSource {
  const http = createSourceHttp(settings, options);
  const retirement = new AbortController();
  return {
    name,
    vendor: definition.vendor,
    definition,
    connector: connectorOf(definition, { source: name, options: vendorOptions }, http),
    http,
    forwards: settings.forward !== false,
    tail,
    retired: retirement.signal,
    retire: () => {
      retirement.abort();
    },
  };
}

/** What a module gives is checked: its author may have no types. */
function connectorOf(
  definition: VendorDefinition,
  options: Omit<ConnectorOptions, 'http'>,
  http: ManagedSourceHttp,
): Connector {
  try {
    const { module } = definition;
    const connector = definition.create({ ...options, http });
    const fault = module === undefined ? null : faultOfConnector(connector);
    if (module === undefined || fault === null) return connector;
    throw new ConfigurationError(module.origin, [{ key: module.key, message: fault }]);
  } catch (error) {
    void http.close();
    throw error;
  }
}

/** Closes the connections of all sources. */
export async function closeSources(sources: readonly ConnectedSource[]): Promise<void> {
  await Promise.all(sources.map(async ({ http }) => http.close()));
}
