import { SourcesDocument } from '../graph/generated/graphql.ts';
import type { SourcesQuery } from '../graph/generated/graphql.ts';
import { withGraph } from '../graph/with-graph.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import { formatListing } from '../show/listing.ts';
import type { ListingOptions } from '../show/listing.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface SourcesOptions extends GraphOptions, ListingOptions {}

/** Prints the sources and what their vendors can do. Calls no vendor. */
export async function sources(options: SourcesOptions, surroundings: Surroundings): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const { sources: rows } = await graph.run(SourcesDocument, {});
    const columns = [
      { title: 'SOURCE', cell: ({ name }: ListedSource) => name },
      { title: 'VENDOR', cell: ({ vendor }: ListedSource) => vendor },
      { title: 'PAGINATION', cell: ({ capabilities }: ListedSource) => capabilities.nativePagination },
      { title: 'PAGE SIZE', cell: ({ capabilities }: ListedSource) => capabilities.maxPageSize?.toString() ?? '-' },
      { title: 'PARTS', cell: partsOf },
      {
        title: 'COUNTS LINES',
        cell: ({ capabilities }: ListedSource) => (capabilities.totalCount ? 'yes' : 'no'),
        isWide: true,
      },
      {
        title: 'FILTERS',
        cell: ({ capabilities }: ListedSource) => capabilities.pushdown.join(', ') || '-',
        isWide: true,
      },
    ];
    await surroundings.print(formatListing({ rows, columns, record: (row) => row }, options, surroundings));
    return EXIT.done;
  });
}

type ListedSource = SourcesQuery['sources'][number];

function partsOf({ capabilities }: ListedSource): string {
  return (['attempts', 'steps', 'tasks'] as const).filter((part) => capabilities[part]).join(', ') || '-';
}
