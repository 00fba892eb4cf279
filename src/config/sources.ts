import type { Configuration } from './configuration.ts';
import type { SourceTailSettings } from '../federation/tail/settings.ts';
import { createSourceHttp } from '../http/source-http.ts';
import type { ManagedSourceHttp, SourceHttpOptions } from '../http/source-http.ts';
import type { Connector, VendorDefinition } from '../vendors/connector.ts';

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

/** Makes a connector for every configured source, in their order. Calls no vendor yet. */
export function connectSources(
  { sources }: Pick<Configuration, 'sources'>,
  options: SourceHttpOptions = {},
): readonly ConnectedSource[] {
  return sources.map(({ name, definition, http: settings, options: vendorOptions, tail }) => {
    const http = createSourceHttp(settings, options);
    const connector = definition.create({ source: name, http, options: vendorOptions });
    const retirement = new AbortController();
    return {
      name,
      vendor: definition.vendor,
      definition,
      connector,
      http,
      forwards: settings.forward !== false,
      tail,
      retired: retirement.signal,
      retire: () => {
        retirement.abort();
      },
    };
  });
}

/** Closes the connections of all sources. */
export async function closeSources(sources: readonly ConnectedSource[]): Promise<void> {
  await Promise.all(sources.map(async ({ http }) => http.close()));
}
