import type { ExecutionResult } from 'graphql';
import { toClientError } from '../../../src/server/graphql/errors.ts';
import { nulledBy } from './nulled-by.ts';

/** Key order counts. Of errors that null a parent only the parent counts: which of several comes first is not fixed. */
export function comparable({ data, errors = [] }: ExecutionResult): unknown {
  const shown = errors.map((error) => {
    const { path = [], message, extensions, locations = [] } = toClientError(error, null);
    const nulled = nulledBy(data, path);
    // Of a key that is selected several times, the compiler names the first place.
    const [place = null] = locations;
    return JSON.stringify(
      nulled.length < path.length ? { nulled } : { path, message, code: extensions['code'], place },
    );
  });
  return { data: JSON.stringify(data ?? null), errors: [...new Set(shown)].sort() };
}
