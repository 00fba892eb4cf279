import { SourcesDocument } from './graph/generated/graphql.ts';
import { withGraph } from './graph/with-graph.ts';
import type { GraphOptions } from './graph/service-address.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { terminalJson } from '../domain/terminal-text.ts';

export interface SourcesOptions extends GraphOptions {
  readonly json?: boolean | undefined;
}

/** Prints the sources and what their vendors can do. Asks no vendor anything. */
export async function sources(options: SourcesOptions, surroundings: Surroundings): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const { sources: found } = await graph.run(SourcesDocument, {});
    const rows = found.map(({ name, vendor, capabilities }) => [
      name,
      vendor,
      capabilities.nativePagination,
      capabilities.maxPageSize?.toString() ?? '-',
      (['attempts', 'steps', 'tasks'] as const).filter((part) => capabilities[part]).join(', ') || '-',
    ]);
    await surroundings.print(
      options.json === true
        ? `${terminalJson(found, 2)}\n`
        : formatTable(['SOURCE', 'VENDOR', 'PAGINATION', 'PAGE SIZE', 'PARTS'], rows),
    );
    return EXIT.done;
  });
}
