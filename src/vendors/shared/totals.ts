import { sizeOf } from './rows.ts';
import type { Rows } from './rows.ts';
import { countOf, isFields, LARGEST_COUNT } from './wire.ts';
import type { Fields } from './wire.ts';

/** Names under which services count the rows of a list, without case and punctuation. */
const NAMES: ReadonlySet<string> = new Set([
  ...['total', 'totalcount', 'totalresults', 'totalrows', 'totalitems', 'totalelements'],
  ...['count', 'rowcount', 'numfound'],
]);

/** Members that may contain a count. */
const CONTAINERS = ['pagination', 'meta', '$meta', 'page'];

/** Most containers within each other. */
const MOST_LEVELS = 3;

/**
 * The vendor's count of a list's rows. `own`: where it should be. An answer without rows counts some under any name, and
 * however many: then it is not the answer for an empty list.
 */
export function totalOf(fields: Fields, own: unknown, rows: Rows<unknown>): number | null {
  const count = countOf(own);
  return count !== null || sizeOf(rows) > 0 ? count : largestIn(fields, 0);
}

function largestIn(fields: Fields, level: number): number | null {
  const counts = Object.entries(fields)
    .filter(([name]) => NAMES.has(name.toLowerCase().replace(/[^a-z]/g, '')))
    .map(([, value]) => anyCountOf(value));
  const inner = level < MOST_LEVELS ? CONTAINERS.map((name) => fields[name]).filter(isFields) : [];
  const all = [...counts, ...inner.map((container) => largestIn(container, level + 1))].filter(
    (count) => count !== null,
  );
  return all.length === 0 ? null : Math.max(...all);
}

/** A count of any size, at most `LARGEST_COUNT`. */
function anyCountOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,30}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0 ? Math.min(Math.ceil(count), LARGEST_COUNT) : null;
}

/** The sum of the counts of several lists; null: one of them is unknown. */
export function sumOf(counts: readonly (number | null)[]): number | null {
  return counts.reduce((total, count) => (total === null || count === null ? null : total + count), 0);
}
