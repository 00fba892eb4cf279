import type { DocumentNode, ExecutionResult, GraphQLError } from 'graphql';
import { withPlaces } from './error-places.ts';

/**
 * Keeps, below each null, only the error that caused it, which the compiler lists last. Puts errors before data, as the
 * interpreter does.
 */
export function withFewestErrors(result: ExecutionResult, document: DocumentNode): ExecutionResult {
  const { errors, ...rest } = result;
  if (errors === undefined) return result;
  const last = new Map<string, GraphQLError>();
  const places = errors.map((error) => {
    const path = error.path ?? [];
    const place = nulledBy(rest.data, path);
    const key = place.length === path.length ? null : JSON.stringify(place);
    if (key !== null) last.set(key, error);
    return key;
  });
  const kept = errors.filter((error, index) => {
    const key = places[index];
    return key === null || key === undefined || last.get(key) === error;
  });
  return { errors: withPlaces(kept, document), ...rest };
}

/** The path to the null that cuts a path short, or the whole path. */
function nulledBy(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (typeof value !== 'object' || value === null) return path.slice(0, index);
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return path;
}
