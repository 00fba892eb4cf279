import { comparable, compareValues, valueAt } from './fields.ts';
import type { QueryFields } from './fields.ts';
import { QueryError } from './rql-expression.ts';

/** The query of a list call. */
export type ListParameters = Readonly<ReturnType<typeof readListQuery>>;

/**
 * Splits a raw query like the service: keys and values are decoded (`+` is a space), and the first of equal keys
 * counts.
 */
export function readListQuery(rawQuery: string) {
  const parts = new Map<string, string>();
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = decode(equals === -1 ? part : part.slice(0, equals));
    const value = equals === -1 ? '' : decode(part.slice(equals + 1));
    if (!parts.has(key)) parts.set(key, value);
  }
  const reserved = new Map<string, string>();
  const filters: string[] = [];
  for (const [key, value] of parts) {
    const name = key.toLowerCase();
    if (RESERVED.has(name)) reserved.set(name, value);
    else filters.push(value === '' ? key : `${key}=${value}`);
  }
  return {
    // Everything other than the reserved keys is filter text. Several filters are joined by commas (AND).
    filter: filters.length === 0 ? null : filters.join(','),
    order: reserved.get('order') ?? null,
    select: reserved.get('select') ?? null,
    limit: reserved.get('limit') ?? null,
    offset: reserved.get('offset') ?? null,
    /** True: all rows from `offset` on are requested, one JSON text per line. */
    streamed: false,
  };
}

const RESERVED = new Set(['limit', 'offset', 'select', 'order']);

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** A whole number, or the default for anything else: the service does not refuse it. */
export function wholeNumberOr(text: string | null, fallback: number): number {
  if (text === null || !/^\s*[+-]?\d{1,9}\s*$/.test(text)) return fallback;
  return Math.max(0, Number(text));
}

export interface OrderKey {
  readonly path: string;
  readonly descending: boolean;
}

/** `-timestamp,+id`: `+`, a space or nothing means ascending. Throws `QueryError` for fields that cannot be ordered by. */
export function readOrder(text: string | null, fields: QueryFields, permits: (path: string) => boolean): OrderKey[] {
  if (text === null || text === '') return [];
  return text.split(',').map((part) => {
    const path = part.replace(/^[+\- ]/, '');
    if (!Object.hasOwn(fields, path)) throw new QueryError(path, 'Invalid property path.');
    if (!permits(path)) throw new QueryError(path, 'Ordering is not permitted.');
    return { path, descending: part.startsWith('-') };
  });
}

/** Compares two rows by all keys of an order. */
export function compareBy(keys: readonly OrderKey[], fields: QueryFields, a: object, b: object): number {
  for (const { path, descending } of keys) {
    const type = fields[path] ?? 'string';
    const order = compareValues(comparable(valueAt(a, path), type), comparable(valueAt(b, path), type));
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** `+a,-b,-*,c`: the top-level properties to show. Throws `QueryError` for an unknown one. */
export function readSelect(text: string | null, all: readonly string[], omitted: readonly string[]): Set<string> {
  const shown = new Set(all.filter((name) => !omitted.includes(name)));
  for (const part of text === null || text === '' ? [] : text.split(',')) {
    const name = (part.replace(/^[+\- ]/, '').split('.')[0] ?? '').trim();
    if (name === '*') {
      if (part.startsWith('-')) shown.clear();
    } else if (!all.includes(name)) throw new QueryError(name, 'Invalid property path.');
    else if (part.startsWith('-')) shown.delete(name);
    else shown.add(name);
  }
  return shown;
}
