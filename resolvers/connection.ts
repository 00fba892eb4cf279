import { getNamedType } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import type { Connection, Edge } from '../src/federation/api.ts';
import { takeTurn, UNITS_PER_TURN } from '../src/domain/turns.ts';
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
    // What does not fit into one turn has others: see `inTurns`.
    await takeTurn(call, Math.min(UNITS_PER_TURN, length * fieldsBelow(call, info)));
  }
  return connection;
}

/**
 * Rows whose fields are resolved in turns of the event loop. Those of the first turn are there at once, the others when it is
 * their turn. `weightOf` says what a row takes beside a unit for each of its fields.
 */
export function inTurns<R>(
  rows: readonly R[],
  call: Call,
  info: GraphQLResolveInfo,
  weightOf: (row: R) => number = () => 0,
): (R | Promise<R>)[] {
  const fields = fieldsBelow(call, info);
  const shown: (R | Promise<R>)[] = [];
  let turn: Promise<void> | null = null;
  let left = UNITS_PER_TURN;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as R;
    const units = fields + weightOf(row);
    if (units > left && at > 0) {
      turn = takeTurn(call, UNITS_PER_TURN);
      left = UNITS_PER_TURN;
    }
    left -= units;
    shown.push(turn === null ? row : turn.then(() => row));
  }
  return shown;
}

function fieldsBelow(call: Call, info: GraphQLResolveInfo): number {
  return call.scoped(info.fieldNodes, 'fields below', () => fieldCount(info, MOST_FIELDS));
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
