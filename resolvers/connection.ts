import { getNamedType } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import type { Connection, Edge } from '../src/federation/api.ts';
import { takeTurn, UNITS_PER_TURN } from '../src/domain/turns.ts';
import { namesSelected } from './referred.ts';
import { fieldCount, selectedNames } from './selection.ts';

const OWNER = {};

/** Counting fields stops here: a row with more fields counts as large anyway. */
const MOST_FIELDS = 200;

/** The fields of a connection that do not need its page. */
const BESIDE_PAGE = new Set(['__typename', 'totalCount', 'isComplete']);

/** True if the client selects anything that needs the page of this connection. */
function takesPage(call: Call, info: GraphQLResolveInfo): boolean {
  return namesSelected(call, info, getNamedType(info.returnType).name).some((name) => !BESIDE_PAGE.has(name));
}

/**
 * The connection, with its page read if the client selects it: a failing page is then one error of the connection, not
 * one for each selected field. `prepare` may process the rows before their fields are resolved.
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
    const fields = fieldsBelow(call, info);
    call.budget.showRows(length, fields);
    // Rows that do not fit into one turn get further ones: see `inTurns`.
    await takeTurn(call, Math.min(UNITS_PER_TURN, length * fields));
  }
  return connection;
}

/**
 * Splits rows into turns of the event loop, in which their fields are resolved. Each row takes one unit per selected field, and
 * `weightOf(row)` units in addition. All rows are promises: if a value of a row cannot be shown, executors throw, leave a list of
 * objects at once, and abandon what failed in earlier rows. For promises they wait.
 */
export function inTurns<R>(
  rows: readonly R[],
  call: Call,
  info: GraphQLResolveInfo,
  weightOf: (row: R) => number = () => 0,
): Promise<R>[] {
  const fields = fieldsBelow(call, info);
  const shown: Promise<R>[] = [];
  let turn: Promise<void> = Promise.resolve();
  let left = UNITS_PER_TURN;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as R;
    const units = fields + weightOf(row);
    if (units > left && at > 0) {
      turn = takeTurn(call, UNITS_PER_TURN);
      left = UNITS_PER_TURN;
    }
    left -= units;
    shown.push(turn.then(() => row));
  }
  return shown;
}

/** Charges the cursors of a page, as often as they are selected. Those of one page are about as long as its last one. */
export function chargeCursors(edges: readonly Edge<unknown>[], call: Call, info: GraphQLResolveInfo): void {
  const type = getNamedType(info.returnType).name;
  const times = selectedNames(info, type).filter((name) => name === 'cursor').length;
  if (times > 0) call.budget.showBytes(times * edges.length * (edges.at(-1)?.cursor.length ?? 0));
}

/** The number of fields selected below, weighted by their time: see `fieldCount`. */
export function fieldsBelow(call: Call, info: GraphQLResolveInfo): number {
  return call.scoped(info.fieldNodes, 'fields below', () => fieldCount(info, MOST_FIELDS));
}

/** One connection per operation and key: its rows are made once, even if they are selected several times. */
export function sharedConnection<C extends Connection<unknown>>(call: Call, key: string, make: () => C): C {
  return call.scoped(OWNER, key, make);
}

/** The same lazy connection with other nodes. */
export function mapConnection<T, U>(connection: Connection<T>, change: (node: T) => U): Connection<U> {
  return {
    edges: async () => (await connection.edges()).map((edge) => mapEdge(edge, change)),
    nodes: async () => (await connection.nodes()).map(change),
    pageInfo: () => connection.pageInfo(),
    totalCount: () => connection.totalCount(),
    failures: () => connection.failures(),
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
