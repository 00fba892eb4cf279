import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { GraphContext } from '../resolvers/context.ts';
import type { AnyNode } from '../resolvers/node.ts';
import { typeOfNode } from '../resolvers/node.ts';
import type { Json } from '../src/domain/json.ts';

/** What the graph is built with. Fields are non-null unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: GraphContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Duration: { Input: bigint; Output: string };
    DateTime: { Input: string; Output: string };
    JSON: { Input: Json; Output: Json };
  };
}>({
  defaultFieldNullability: false,
  plugins: [RelayPlugin],
  relay: {
    cursorType: 'String',
    // Their resolvers are in resolvers/node.ts; our ids carry all keys of a node.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: {
      description: 'Anything that has a global id and can be fetched again with it.',
      // Only what our resolvers return for a node gets here.
      resolveType: (value) => typeOfNode(value as AnyNode),
    },
    idFieldOptions: { description: 'Global id: opaque, the same on every replica and after a restart.' },
    pageInfoTypeOptions: {
      description: 'Where a page of a connection lies.',
    },
    hasNextPageFieldOptions: {
      description:
        'Are there items after this page? Ask for them with `after: endCursor`. May be true for a short page.',
    },
    hasPreviousPageFieldOptions: {
      description: 'Are there items before this page? Ask for them with `before: startCursor`.',
    },
    startCursorFieldOptions: { description: 'Cursor of the first item; null for an empty page.' },
    endCursorFieldOptions: { description: 'Go on from here with `after`; null when there is nowhere to go on from.' },
  },
});

builder.queryType({ description: 'Jobs and their logs, from all configured sources.' });
builder.subscriptionType({ description: 'What happens from now on.' });
