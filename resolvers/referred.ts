import type { GraphQLResolveInfo } from 'graphql';
import type { Call } from '../src/domain/call.ts';
import { TributaryError } from '../src/domain/errors.ts';
import type { PartKind } from '../src/domain/job.ts';
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
 * others get null: a hundred lines of one missing step are one error. So are steps that fail with the same words, since
 * one call of the vendor may tell all of them.
 */
export function loadReferred<T>(
  call: Call,
  { kind, id }: { readonly kind: 'Job' | PartKind; readonly id: string },
  load: () => Promise<T>,
): Promise<T | null> {
  const { loaded, reported } = call.scoped(OWNER, 'referred', () => new Referred());
  // Ids are made by one caller only, so the type of the loaded value is known.
  const known = loaded.get(id) as Promise<T> | undefined;
  if (known !== undefined) return known.catch(() => null);
  const loading = load();
  loaded.set(id, loading);
  return loading.catch((error: unknown) => {
    const failure = failureOf(kind, error);
    if (failure === null) throw error;
    if (reported.has(failure)) return null;
    reported.add(failure);
    throw error;
  });
}

class Referred {
  readonly loaded = new Map<string, Promise<unknown>>();
  /** Failures of a source that one of the callers got. */
  readonly reported = new Set<string>();
}

/** What failed, the same for all that a source fails to give; null: the error is about one job or part alone. */
function failureOf(kind: string, error: unknown): string | null {
  if (!(error instanceof TributaryError) || error.code === 'NOT_FOUND') return null;
  return JSON.stringify([kind, error.source ?? null, error.code, error.message]);
}
