import { getNamedType } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import type { Connection, Edge } from '../src/federation/api.ts';
import { takeTurn } from '../src/domain/turns.ts';
import { namesSelected } from './referred.ts';
import { fieldCount } from './selection.ts';

const OWNER = {};

/** As far as fields are counted: a row with more than these is a large one in any case. */
const MOST_FIELDS = 200;

/** What a connection can answer without its page. */
const BESIDE_PAGE = new Set(['__typename', 'totalCount', 'isComplete']);

/** Is anything selected of the connection being resolved that its page is read for? */
function takesPage(call: Call, info: GraphQLResolveInfo): boolean {
  return namesSelected(call, info, getNamedType(info.returnType).name).some((name) => !BESIDE_PAGE.has(name));
}

/**
 * The connection, its page read where that is selected: a page that fails is one error, of the connection,
 * and not one for each part that is selected of it. `prepare` may work on its rows before their fields are resolved.
 */
export async function withPage<N, C extends Connection<N>>(
  connection: C & Connection<N>,
  call: Call,
  info: GraphQLResolveInfo,
  prepare?: (nodes: readonly N[]) => Promise<void>,
): Promise<C> {
  if (takesPage(call, info)) {
    const nodes = await connection.nodes();
    const { length } = nodes;
    await prepare?.(nodes);
    call.budget.showRows(length);
    const fields = call.scoped(info.fieldNodes, 'fields below', () => fieldCount(info, MOST_FIELDS));
    await takeTurn(call, length * fields);
  }
  return connection;
}

/** The same connection for all who ask for it in one operation: its rows are made once, however often they are selected. */
export function sharedConnection<C extends Connection<unknown>>(call: Call, key: string, make: () => C): C {
  return call.scoped(OWNER, key, make);
}

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
