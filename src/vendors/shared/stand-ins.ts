import { TributaryError } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import { FIRST_INSTANT, LAST_INSTANT } from '../../domain/time.ts';
import type { OddRow, Rows } from './rows.ts';

export interface StandInOptions<T> {
  readonly source: string;
  readonly order: 'ascending' | 'descending';
  /** True if no page follows. */
  readonly isLast: boolean;
  /** The id by which rows of one instant are ordered, if the vendor has ids. */
  readonly idOf: (row: T) => string;
  readonly standIn: (time: bigint, id: string, unreadable: UnreadableRow) => T;
}

/**
 * The rows of a page with a stand-in at the place of each odd row, with a neighbour's instant and an id next to that
 * neighbour's. If no row of the page can be read, its own time counts, or that of another odd row. Throws SOURCE_BAD_RESPONSE if
 * none has a time and other pages follow, because then the stand-ins have no place.
 */
export function withStandIns<T extends { readonly time: bigint }>(
  { data, odd }: Rows<T>,
  options: StandInOptions<T>,
): readonly T[] {
  const [first] = odd;
  if (first === undefined) return data;
  const { source, order, isLast } = options;
  const own = odd.find(({ time }) => time !== undefined);
  if (data.length === 0 && own === undefined && !isLast)
    throw new TributaryError('SOURCE_BAD_RESPONSE', `${source}: ${first.reason}`, { source });
  const rows: T[] = [];
  const oddAt = new Map(odd.map((row) => [row.index, row]));
  let read = 0;
  for (let index = 0; index < data.length + odd.length; index += 1) {
    const oddRow = oddAt.get(index);
    const [before, after] = [data[read - 1], data[read]];
    if (oddRow !== undefined) {
      const { time, ...unreadable } = oddRow;
      const at = timeOf(before ?? after ?? { time }, own, order);
      rows.push(options.standIn(at, idBeside(before, after, oddRow, options), unreadable));
    } else if (after !== undefined) {
      rows.push(after);
      read += 1;
    }
  }
  return rows;
}

interface Timed {
  readonly time?: bigint | undefined;
}

function timeOf(nearest: Timed, other: Timed | undefined, order: 'ascending' | 'descending'): bigint {
  return nearest.time ?? other?.time ?? (order === 'ascending' ? LAST_INSTANT : FIRST_INSTANT);
}

/** An id just after that of the row before, or else just before that of the row after, in page order. */
function idBeside<T>(
  before: T | undefined,
  after: T | undefined,
  { index, id }: OddRow,
  { order, idOf }: StandInOptions<T>,
): string {
  const number = String(order === 'ascending' ? index : MOST_ROWS - index).padStart(6, '0');
  if (before !== undefined) return `${order === 'ascending' ? idOf(before) : justBefore(idOf(before))} ${number}`;
  if (after !== undefined) return `${order === 'ascending' ? justBefore(idOf(after)) : idOf(after)} ${number}`;
  return ` ${number} ${id}`;
}

/** An upper bound on the rows of a native page. */
const MOST_ROWS = 999_999;

/** A text that sorts just before the given one. */
function justBefore(id: string): string {
  if (id === '') return '';
  return `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}\uffff`;
}
