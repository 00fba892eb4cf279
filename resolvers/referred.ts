import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import { selectedNames } from './selection.ts';

/**
 * Jobs and parts that many rows refer to (the job or the step of each line): loaded only if a selected field needs it,
 * once per operation, and with one error if that fails.
 */

const OWNER = {};

/** The names of the selected fields of this type. Computed once per place in the operation. */
export function namesSelected(call: Call, info: GraphQLResolveInfo, typeName: string): readonly string[] {
  // The list of nodes is the same object for every row at one place.
  return call.scoped(info.fieldNodes, `fields of ${typeName}`, () => [...new Set(selectedNames(info, typeName))]);
}

/**
 * The result of `load`, shared by all callers with this key. If it fails, the first caller gets the error and the
 * others get null: a hundred lines of one missing step are one error.
 */
export function loadReferred<T>(call: Call, key: string, load: () => Promise<T>): Promise<T | null> {
  const all = call.scoped(OWNER, 'referred', () => new Map<string, Promise<unknown>>());
  // Keys are made by one caller only, so the type of the loaded value is known.
  const known = all.get(key) as Promise<T> | undefined;
  if (known !== undefined) return known.catch(() => null);
  const loading = load();
  all.set(key, loading);
  return loading;
}
