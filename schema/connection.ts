import type { Connection, Edge } from '../src/federation/api.ts';
import { inTurns } from '../resolvers/connection.ts';
import { builder } from './builder.ts';
import type { JobType } from './refs.ts';

/** A node type of T; jobs can also be given by their id, which no connection does. */
export type NodeRef<T> = ReturnType<typeof builder.objectRef<T>> | typeof JobType;

/** The words of a connection's description: what one of its items is, and all of them. */
export interface Words {
  readonly one: string;
  readonly many: string;
}

/**
 * The connection type of a node type, with its edge type: `<Name>Connection` and `<Name>Edge`. The caller adds what else it says.
 * `weightOf`: see `inTurns`.
 */
export function implementConnection<T, C extends Connection<T>>(
  node: NodeRef<T>,
  words: Words,
  description: string,
  weightOf?: (node: T) => number,
) {
  const edge = edgeType(node, words);
  return builder.objectRef<C>(`${node.name}Connection`).implement({
    description,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: `The ${words.many}, each with its cursor.`,
        resolve: async (connection, _args, { call }, info) =>
          inTurns(await connection.edges(), call, info, weightOf && ((edge) => weightOf(edge.node))),
      }),
      nodes: t.field({
        type: [node],
        description: `The ${words.many} without cursors.`,
        // `node` is the reference of T, which its generic type does not remember.
        resolve: async (connection, _args, { call }, info) =>
          inTurns(await connection.nodes(), call, info, weightOf) as never,
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: 'Where this page lies.',
        resolve: (connection) => connection.pageInfo(),
      }),
      totalCount: t.int({
        nullable: true,
        description: `How many ${words.many} there are on all pages; null where the vendor cannot tell. May cost calls.`,
        resolve: (connection) => connection.totalCount(),
      }),
    }),
  });
}

function edgeType<T>(node: NodeRef<T>, { one }: Words) {
  return builder.objectRef<Edge<T>>(`${node.name}Edge`).implement({
    description: `A place in a connection, and the ${one} there.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description: 'A position: valid on every replica, after a restart and with any page size.',
      }),
      node: t.field({ type: node, description: `The ${one}.`, resolve: (edge) => edge.node as never }),
    }),
  });
}
