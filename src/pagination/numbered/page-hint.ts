import type { Json } from '../../domain/json.ts';
import type { Hint } from '../core/partition.ts';
import type { PageRows } from './list.ts';

/**
 * The hint of a row in a list whose pages have numbers, as a cursor carries it: the list that the numbers count in, the
 * row's page, the page on which the walk goes on, the total then, the row's instant, and what the list remembers of
 * both pages. The list is identified by its order, the page size and the row's place in the whole list.
 */
export interface PageHint {
  readonly page: number;
  readonly next: number;
  readonly total: number | null;
  readonly time: bigint;
  /** The page size; null: the usual size. */
  readonly rows: number | null;
  /** The number of rows before the row; null if the hint does not contain it. */
  readonly place: number | null;
  readonly memories: readonly (Json | undefined)[];
}

interface HintParts {
  readonly order: 'ascending' | 'descending';
  readonly asked: PageRows | undefined;
  readonly place: number;
  readonly page: number;
  readonly next: number;
  readonly total: number | null;
  readonly time: bigint;
  readonly memories: readonly Json[];
}

export function writeHint({ order, asked, place, page, next, total, time, memories }: HintParts): Hint {
  const list = asked === undefined ? markOf(order) : [markOf(order), asked.rows, place];
  return [list, page, next, total, String(time), ...memories];
}

/**
 * Reads an untrusted hint. Null: it is invalid, or belongs to a list in the other order, where page numbers mean
 * something else.
 */
export function readHint(hint: Hint | null, wanted: 'ascending' | 'descending'): PageHint | null {
  if (!Array.isArray(hint)) return null;
  const [list, page, next, total, time, ...memories] = hint as readonly Json[];
  const [order, rows, place] = Array.isArray(list) ? (list as readonly Json[]) : [list];
  if (order !== markOf(wanted) || !isIndex(page) || !isIndex(next)) return null;
  if (rows !== undefined && !isIndex(rows)) return null;
  if (typeof time !== 'string' || !/^-?\d{1,21}$/.test(time)) return null;
  return {
    page,
    next,
    total: typeof total === 'number' ? total : null,
    time: BigInt(time),
    rows: rows ?? null,
    place: isIndex(place) ? place : null,
    memories,
  };
}

function markOf(order: 'ascending' | 'descending'): number {
  return order === 'ascending' ? 1 : -1;
}

export function isIndex(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 40;
}
