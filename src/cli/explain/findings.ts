import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { Mismatch } from '../../http/body/mismatch.ts';

/** One line of `check --explain` about a source. */
export type Finding = readonly [what: string, found: string];

/** Most sample rows that are shown. */
export const MOST_SAMPLES = 3;

export function unreadable(rows: { readonly count: number; readonly reason: string } | undefined): readonly Finding[] {
  return rows === undefined ? [] : [['could not be read', `${rows.count}: ${rows.reason}`]];
}

/** The expected fields and attributes that no row has. */
export function missing<T extends { readonly attributes: JsonObject | null }>(
  what: string,
  rows: readonly T[],
  fields: Readonly<Record<string, (row: T) => string | null>>,
  looked: readonly string[],
): readonly Finding[] {
  const isThere = (name: string, row: T): boolean => {
    const attribute = /^attributes\.(.*)$/s.exec(name)?.[1];
    if (attribute !== undefined) return row.attributes !== null && Object.hasOwn(row.attributes, attribute);
    return (fields[name]?.(row) ?? '') !== '';
  };
  const absent = looked.filter((name) => !rows.some((row) => isThere(name, row)));
  return rows.length === 0 || absent.length === 0 ? [] : [[`missing on all ${what}`, absent.join(', ')]];
}

export function unknownWords<T>(
  field: string,
  rows: readonly T[],
  wordOf: (row: T) => string | null,
): readonly Finding[] {
  const words = [...new Set(rows.map(wordOf).filter((word) => word !== null))];
  return words.length === 0 ? [] : [[`${field} without a meaning`, words.slice(0, 20).join(', ')]];
}

export function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

export function failed(text: string): Finding {
  return ['failed', text];
}

/**
 * The finding for a failed request. `where`: the configuration key that describes the request. If the source does not
 * know the caller, that is not what is wrong.
 */
export function whyNot(error: unknown, where?: string): readonly Finding[] {
  if (!(error instanceof TributaryError)) throw error;
  const members = error.cause instanceof Mismatch ? error.cause.members : [];
  const beside = members.length === 0 ? '' : `; the answer has ${members.join(', ')}`;
  const key =
    error.code === 'SOURCE_UNAUTHENTICATED'
      ? 'auth'
      : where !== undefined && error.code === 'NOT_FOUND'
        ? `${where}.path`
        : where;
  return [failed(`${key === undefined ? '' : `${key}: `}${error.code}: ${error.message}${beside}`)];
}
