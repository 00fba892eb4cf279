import type { GraphQLResolveInfo } from 'graphql';
import type { Connection, Edge } from '../src/federation/api.ts';
import { chargeCursors, inTurns } from '../resolvers/connection.ts';
import type { GraphContext } from '../resolvers/context.ts';
import { builder } from './builder.ts';
import { PLAIN, rowList } from './plain-fields.ts';
import type { JobType } from './refs.ts';
import { SourceFailureType } from './source-failure.ts';

/** A node type of T. (Jobs can also be given by their id alone, but connections never do that.) */
export type NodeRef<T> = ReturnType<typeof builder.objectRef<T>> | typeof JobType;

/** Words for a connection's descriptions. */
export interface Words {
  /** One item, and all items. */
  readonly one: string;
  readonly many: string;
  /** What a page is. */
  readonly page: string;
  /** What its failures say. */
  readonly failures: string;
}

/**
 * The types of a connection over a node type: `<Name>Connection` and `<Name>Edge`. The caller adds further fields.
 * `weightOf`: see `inTurns`.
 */
export function implementConnection<T, C extends Connection<T> = Connection<T>>(
  node: NodeRef<T>,
  words: Words,
  weightOf?: (node: T) => number,
) {
  const edge = edgeType(node, words);
  const weightOfEdge = weightOf && ((row: Edge<T>) => weightOf(row.node));
  const edgesOf = async (
    connection: Connection<T>,
    { call }: GraphContext,
    info: GraphQLResolveInfo,
  ): Promise<readonly Edge<T>[]> => {
    const edges = await connection.edges();
    chargeCursors(edges, call, info);
    return edges;
  };
  const nodesOf = (connection: Connection<T>): Promise<readonly T[]> => connection.nodes();
  return builder.objectRef<C>(`${node.name}Connection`).implement({
    description: words.page,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: `The ${words.many}, each with its cursor.`,
        extensions: rowList(edgesOf, weightOfEdge),
        resolve: async (connection, _args, context, info) =>
          inTurns(await edgesOf(connection, context, info), context.call, info, weightOfEdge),
      }),
      nodes: t.field({
        type: [node],
        description: `The ${words.many} without cursors.`,
        extensions: rowList(nodesOf, weightOf),
        // `node` is the reference of T; its generic type does not carry that.
        resolve: async (connection, _args, { call }, info) =>
          inTurns(await nodesOf(connection), call, info, weightOf) as never,
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: 'The position of this page.',
        resolve: (connection) => connection.pageInfo(),
      }),
      totalCount: t.int({
        nullable: true,
        description: `Number of ${words.many} on all pages; null if the vendor cannot tell. May cost calls.`,
        resolve: (connection) => connection.totalCount(),
      }),
      failures: t.field({
        type: [SourceFailureType],
        description: words.failures,
        resolve: (connection) => connection.failures(),
      }),
    }),
  });
}

function edgeType<T>(node: NodeRef<T>, { one }: Words) {
  return builder.objectRef<Edge<T>>(`${node.name}Edge`).implement({
    description: `A position in a connection, and the ${one} there.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description: 'The position: valid on every replica, after a restart and with any page size.',
      }),
      node: t.field({
        type: node,
        description: `The ${one}.`,
        extensions: PLAIN,
        resolve: (edge) => edge.node as never,
      }),
    }),
  });
}
