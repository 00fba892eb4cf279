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
      { title: 'SOURCE', cell: ({ name }: Found) => name },
      { title: 'VENDOR', cell: ({ vendor }: Found) => vendor },
      { title: 'PAGINATION', cell: ({ capabilities }: Found) => capabilities.nativePagination },
      { title: 'PAGE SIZE', cell: ({ capabilities }: Found) => capabilities.maxPageSize?.toString() ?? '-' },
      { title: 'PARTS', cell: partsOf },
      {
        title: 'COUNTS LINES',
        cell: ({ capabilities }: Found) => (capabilities.totalCount ? 'yes' : 'no'),
        isWide: true,
      },
      { title: 'FILTERS', cell: ({ capabilities }: Found) => capabilities.pushdown.join(', ') || '-', isWide: true },
    ];
    await surroundings.print(formatListing({ rows, columns, record: (row) => row }, options, surroundings));
    return EXIT.done;
  });
}

type Found = SourcesQuery['sources'][number];

function partsOf({ capabilities }: Found): string {
  return (['attempts', 'steps', 'tasks'] as const).filter((part) => capabilities[part]).join(', ') || '-';
}
