import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { Mismatch } from '../../http/body/mismatch.ts';

/** What `check --explain` says of a source. */
export type Finding = readonly [what: string, found: string];

/** So many rows are shown. */
export const MOST_SAMPLES = 3;

export function unreadable(rows: { readonly count: number; readonly reason: string } | undefined): readonly Finding[] {
  return rows === undefined ? [] : [['could not be read', `${rows.count}: ${rows.reason}`]];
}

/** Fields that no row has, of those that are looked for, and attributes. */
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

/** What an explanation says of a source that does not answer. `where`: the key of the configuration that says how it is asked. */
export function whyNot(error: unknown, where?: string): readonly Finding[] {
  if (!(error instanceof TributaryError)) throw error;
  const members = error.cause instanceof Mismatch ? error.cause.members : [];
  const beside = members.length === 0 ? '' : `; the answer has ${members.join(', ')}`;
  return [failed(`${where === undefined ? '' : `${where}: `}${error.code}: ${error.message}${beside}`)];
}
