import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import { selectedNames } from './selection.ts';

/**
 * What many rows refer to (the job or the step of each line): loaded only when a selected field needs it,
 * once per operation, and with one error where that fails.
 */

const OWNER = {};

/** The names of the fields of this type that are selected here. Looked up once per place of the operation. */
export function namesSelected(call: Call, info: GraphQLResolveInfo, typeName: string): readonly string[] {
  // The list of nodes is the same object for every row of one place.
  return call.scoped(info.fieldNodes, `fields of ${typeName}`, () => [...new Set(selectedNames(info, typeName))]);
}

/**
 * What `load` finds; the same for all who ask under this key. Where it fails, the first who asks gets the
 * error, and the others get null: a hundred lines of one step that is gone are one error.
 */
export function loadReferred<T>(call: Call, key: string, load: () => Promise<T>): Promise<T | null> {
  const all = call.scoped(OWNER, 'referred', () => new Map<string, Promise<unknown>>());
  // What is kept under a key was loaded by the one caller that makes such keys.
  const known = all.get(key) as Promise<T> | undefined;
  if (known !== undefined) return known.catch(() => null);
  const loading = load();
  all.set(key, loading);
  return loading;
}
