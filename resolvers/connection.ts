import type { Connection, Edge } from '../src/federation/api.ts';

/** The same connection with other nodes, as lazy as it was. */
export function mapConnection<T, U>(connection: Connection<T>, change: (node: T) => U): Connection<U> {
  return {
    edges: async () => (await connection.edges()).map((edge) => mapEdge(edge, change)),
    nodes: async () => (await connection.nodes()).map(change),
    pageInfo: () => connection.pageInfo(),
    totalCount: () => connection.totalCount(),
  };
}

function mapEdge<T, U>(edge: Edge<T>, change: (node: T) => U): Edge<U> {
  return {
    node: change(edge.node),
    get cursor() {
      return edge.cursor;
    },
  };
}
