import { idOf } from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import { firstAt } from './description/paths.ts';
import type { JsonPath } from './description/paths.ts';
import type { Variables } from './description/templates.ts';

/**
 * A job's key is a field of its row, or several fields joined by slashes. If there are several, each is
 * percent-encoded, so that its slashes are not separators.
 */
export function keyOf(row: Fields, paths: readonly JsonPath[], names: readonly string[]): string {
  const parts = paths.map((path, index) => {
    const part = idOf(firstAt(row, [path]));
    if (part === null) throw Mismatch.of(firstAt(row, [path]), 'an id (jobs.key)', names[index]);
    return part;
  });
  return parts.length === 1 ? (parts[0] ?? '') : parts.map(encodeURIComponent).join('/');
}

/** The values of `{job}`, `{job.1}`, `{job.2}` and so on. Null: no job can have this key. */
export function variablesOf(key: string, parts: number): Variables | null {
  if (parts === 1) return { job: key, 'job.1': key };
  const encoded = key.split('/');
  if (encoded.length !== parts) return null;
  const decoded = encoded.map(decodedOf);
  if (decoded.some((part, index) => part === null || part === '' || encodeURIComponent(part) !== encoded[index]))
    return null;
  return { job: key, ...Object.fromEntries(decoded.map((part, index) => [`job.${index + 1}`, part ?? ''])) };
}

function decodedOf(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The variables that a template may hold. */
export function variableNames(parts: number): readonly string[] {
  return ['job', ...Array.from({ length: parts }, (_, index) => `job.${index + 1}`)];
}
