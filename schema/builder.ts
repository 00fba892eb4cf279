import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { GraphContext } from '../resolvers/context.ts';
import type { AnyNode } from '../resolvers/node.ts';
import { typeOfNode } from '../resolvers/node.ts';
import type { Json } from '../src/domain/json.ts';

/** The types of the schema builder. Fields are non-null by default. */
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
    // Their resolvers are in resolvers/node.ts; our ids contain all keys of a node.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: {
      description: 'Anything that has a global id and can be fetched by it.',
      // The value is always what our resolvers return for a node.
      resolveType: (value) => typeOfNode(value as AnyNode),
    },
    idFieldOptions: { description: 'Global id: opaque, the same on every replica and after a restart.' },
    pageInfoTypeOptions: {
      description: 'The position of a page in its connection.',
    },
    hasNextPageFieldOptions: {
      description:
        'True if there are items after this page: request them with `after: endCursor`. May be true for a short page.',
    },
    hasPreviousPageFieldOptions: {
      description: 'True if there are items before this page: request them with `before: startCursor`.',
    },
    startCursorFieldOptions: { description: 'Cursor of the first item; null for an empty page.' },
    endCursorFieldOptions: {
      description: 'Cursor for `after` on the next page; null if there is no place to continue from.',
    },
  },
});

builder.queryType({ description: 'Jobs and their logs, from all configured sources.' });
builder.subscriptionType({ description: 'Events from now on.' });
