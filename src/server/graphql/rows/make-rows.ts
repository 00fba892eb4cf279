import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../../../domain/call.ts';
import { takeTurn, UNITS_PER_TURN } from '../../../domain/turns.ts';
import { fieldsBelow } from '../../../../resolvers/connection.ts';
import type { GraphContext } from '../../../../resolvers/context.ts';
import type { RowList } from '../../../../schema/plain-fields.ts';
import type { RowFailure } from './row-run.ts';
import { RowRun } from './row-run.ts';
import type { RowMaker } from './row-maker.ts';

const OWNER = {};

/** A failed field of a row, with the path of its list. */
interface ListFailure {
  readonly failure: RowFailure;
  readonly listPath: readonly (string | number)[];
}

/** What failed in rows that an operation has made. */
export function failuresOf(call: Call): ListFailure[] {
  return call.scoped(OWNER, 'failures', () => []);
}

/** Makes the rows of a list, in turns of the event loop as `inTurns` has them. */
export async function makeRows(
  { rowsOf, weightOf = () => 0 }: RowList,
  { fields, make }: RowMaker,
  parent: unknown,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<readonly unknown[]> {
  const rows = await rowsOf(parent, context, info);
  const { call } = context;
  const run = new RowRun(fields, info.variableValues, context);
  const units = fieldsBelow(call, info);
  const made: unknown[] = [];
  let left = UNITS_PER_TURN;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    const weight = units + weightOf(row);
    if (weight > left && at > 0) {
      await takeTurn(call, UNITS_PER_TURN);
      left = UNITS_PER_TURN;
    }
    left -= weight;
    run.at = at;
    made.push(make(row, run));
  }
  if (run.failure !== null) throw run.failure;
  if (run.failures.length > 0) note(run.failures, call, info);
  return made;
}

function note(failures: readonly RowFailure[], call: Call, info: GraphQLResolveInfo): void {
  const listPath = pathTo(info);
  const all = failuresOf(call);
  for (const failure of failures) all.push({ failure, listPath });
}

function pathTo({ path }: GraphQLResolveInfo): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) keys.unshift(at.key);
  return keys;
}
