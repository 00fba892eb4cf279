import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { terminalJson } from '../domain/terminal-text.ts';
import { withFederation } from './with-federation.ts';

export interface SourcesOptions {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Prints the sources and what their vendors can do. Asks no vendor anything. */
export async function sources(options: SourcesOptions, surroundings: Surroundings): Promise<number> {
  return withFederation(options.config, surroundings, async (federation) => {
    const rows = federation.sources.map(({ name, vendor, capabilities }) => [
      name,
      vendor,
      capabilities.nativePagination,
      capabilities.maxPageSize?.toString() ?? '-',
      (['attempts', 'steps', 'tasks'] as const).filter((part) => capabilities[part]).join(', ') || '-',
    ]);
    await surroundings.print(
      options.json === true
        ? `${terminalJson(federation.sources, 2)}\n`
        : formatTable(['SOURCE', 'VENDOR', 'PAGINATION', 'PAGE SIZE', 'PARTS'], rows),
    );
    return EXIT.done;
  });
}
