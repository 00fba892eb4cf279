import { TributaryError } from '../../domain/errors.ts';
import type { Ordered, UnreadableRow } from '../../domain/ordered.ts';
import { FIRST_INSTANT, LAST_INSTANT } from '../../domain/time.ts';
import { CUT } from '../../http/body/string-cutter.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import type { Batch, Partition, Unplaced, Unreadable } from '../../pagination/core/partition.ts';
import { contentHash, occurrenceTie } from '../../pagination/core/identity.ts';
import { MOST_NAMES, together } from '../../pagination/core/unreadable.ts';
import { refuseComplaints, refuseNamedErrors } from './error-words.ts';
import { fieldsOf, listIn, textOf } from './wire.ts';
import type { Fields } from './wire.ts';
import { keepRows, noRows } from '../../pagination/core/hinted-rows.ts';

/**
 * Rows that can't be read, because what order or identity need is not there or not what it should be. Such a row takes
 * no other with it: a stand-in keeps its place while pages are put together (`withStandIns`), and is counted and taken
 * out at the end (`readable`).
 */
export interface OddRow extends UnreadableRow {
  /** Where it stands on its page. */
  readonly index: number;
}

/** The rows of a native page: those that can be read, in the page's order, and those that can't. */
export interface Rows<T> {
  readonly data: readonly T[];
  readonly odd: readonly OddRow[];
}

export const NO_ODD_ROWS: readonly OddRow[] = [];

/** Reads each row of the list that a field of an answer must be. A row that gives a `Mismatch` is odd. */
export function rowsIn<T>(fields: Fields, name: string, read: (row: Fields) => T): Rows<T> {
  const list = listIn(fields, name);
  if (list.length === 0) refuseComplaints(fields);
  else refuseNamedErrors(fields);
  return rowsOf(list, name, read);
}

export function rowsOf<T>(list: readonly unknown[], path: string, read: (row: Fields) => T): Rows<T> {
  const data: T[] = [];
  let odd: OddRow[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    try {
      data.push(read(fieldsOf(list[index])));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const id = idOfOdd(list[index], (odd ??= []));
      odd.push({ index, id, reason: error.below(`${path}[${index}]`).text });
    }
  }
  return { data, odd: odd ?? NO_ODD_ROWS };
}

/** How much of a row that could not be read tells it from others. */
const LONGEST_TEXT = 10_000;

/** Made of what the row says; rows that say the same are numbered. */
function idOfOdd(row: unknown, before: readonly OddRow[]): string {
  const hash = contentHash([textOf(row)?.slice(0, LONGEST_TEXT) ?? null]);
  return occurrenceTie(hash, before.filter(({ id }) => id.startsWith(`${hash}.`)).length);
}

/** How many rows a page has, read or not. */
export function sizeOf({ data, odd }: Rows<unknown>): number {
  return data.length + odd.length;
}

/** The odd rows of a list as they are reported; undefined where there is none. */
export function unreadableOf(odd: readonly UnreadableRow[]): Unreadable | undefined {
  const [first] = odd;
  if (first === undefined) return undefined;
  const cut = odd.filter(({ isCut }) => isCut).length;
  return {
    count: odd.length,
    ...(cut > 0 && { cut }),
    ids: odd.slice(0, MOST_NAMES).map(({ id }) => id),
    reason: first.reason,
  };
}

export interface StandInOptions<T> {
  readonly source: string;
  readonly order: 'ascending' | 'descending';
  /** Is nothing behind this page? */
  readonly isLast: boolean;
  /** What rows of one instant are ordered by, where the vendor has ids. */
  readonly idOf: (row: T) => string;
  readonly standIn: (time: bigint, id: string, unreadable: UnreadableRow) => T;
}

/**
 * The rows of a page with a stand-in for each odd one, at its place: it has the instant of a neighbour, and an id next
 * to that neighbour's. A page on which no row can be read and that others follow can't be placed: SOURCE_BAD_RESPONSE.
 */
export function withStandIns<T extends { readonly time: bigint }>(
  { data, odd }: Rows<T>,
  options: StandInOptions<T>,
): readonly T[] {
  const [first] = odd;
  if (first === undefined) return data;
  const { source, order, isLast } = options;
  if (data.length === 0 && !isLast)
    throw new TributaryError('SOURCE_BAD_RESPONSE', `${source}: ${first.reason}`, { source });
  const rows: T[] = [];
  const oddAt = new Map(odd.map((row) => [row.index, row]));
  let read = 0;
  for (let index = 0; index < data.length + odd.length; index += 1) {
    const unreadable = oddAt.get(index);
    const [before, after] = [data[read - 1], data[read]];
    if (unreadable !== undefined)
      rows.push(options.standIn(timeOf(before ?? after, order), idBeside(before, after, index, options), unreadable));
    else if (after !== undefined) {
      rows.push(after);
      read += 1;
    }
  }
  return rows;
}

function timeOf(neighbour: { readonly time: bigint } | undefined, order: 'ascending' | 'descending'): bigint {
  return neighbour?.time ?? (order === 'ascending' ? LAST_INSTANT : FIRST_INSTANT);
}

/** An id behind that of the row before, or else before that of the row after, in the order of the page. */
function idBeside<T>(
  before: T | undefined,
  after: T | undefined,
  index: number,
  { order, idOf }: StandInOptions<T>,
): string {
  const number = String(order === 'ascending' ? index : MOST_ROWS - index).padStart(6, '0');
  if (before !== undefined) return `${order === 'ascending' ? idOf(before) : justBefore(idOf(before))} ${number}`;
  if (after !== undefined) return `${order === 'ascending' ? justBefore(idOf(after)) : idOf(after)} ${number}`;
  return ` ${number}`;
}

/** More rows than a native page has. */
const MOST_ROWS = 999_999;

/** A text that sorts before the given one, and behind what comes before it. */
function justBefore(id: string): string {
  if (id === '') return '';
  return `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}\uffff`;
}

/** Rows that could not be read and have no place among the others, since the last batch that said so. */
export class LostRows {
  readonly #odd: OddRow[] = [];

  note(odd: readonly OddRow[]): void {
    this.#odd.push(...odd);
  }

  take(): Unreadable | undefined {
    return unreadableOf(this.#odd.splice(0));
  }
}

/** The most bytes that one code unit of a string takes in JSON: an escape. */
const BYTES_PER_UNIT = 6;

/** The rows of a page, those that were cut marked; `cutTo`: to how many bytes its strings were, null: to none. */
export function cutRows<T extends Unplaced<Ordered>>(
  rows: readonly T[],
  cutTo: number | null,
  idOf: (row: T) => string,
): readonly T[] {
  if (cutTo === null) return rows;
  const reason = `it is larger than maxResponseBytes allows; its texts are cut to ${cutTo} bytes`;
  const isCut = (row: T): boolean => rows.length === 1 || hasCutString(row, cutTo / BYTES_PER_UNIT);
  return rows.map((row) =>
    isCut(row) ? { ...row, cut: { id: `cut ${idOf(row)}`, reason, isCut: true as const } } : row,
  );
}

function hasCutString(value: unknown, leastUnits: number): boolean {
  if (typeof value === 'string') return value.length >= leastUnits && value.endsWith(CUT);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => hasCutString(one, leastUnits))
  );
}

/** The partition without stand-ins: its batches say how many rows could not be read. */
export function readable<T extends Ordered>(partition: Partition<T>, lost?: LostRows): Partition<T> {
  return {
    key: partition.key,
    async *read(request, call) {
      // A page that is read again shows the same rows.
      const counted = new Set<string>();
      for await (const batch of partition.read(request, call)) yield withoutStandIns(batch, counted, lost?.take());
    },
    count: (call) => partition.count(call),
  };
}

/** A partition that has nothing but rows that could not be read; none where there are none. */
export function oddPartitions<T extends Ordered>(odd: readonly OddRow[]): Partition<T>[] {
  const unreadable = unreadableOf(odd);
  if (unreadable === undefined) return [];
  return [
    {
      key: ' unreadable',
      // eslint-disable-next-line @typescript-eslint/require-await
      async *read() {
        yield { ...noRows(), more: false, pages: 0, unreadable };
      },
      count: () => Promise.resolve(0),
    },
  ];
}

function withoutStandIns<T extends Ordered>(
  batch: Batch<T>,
  counted: Set<string>,
  lost: Unreadable | undefined,
): Batch<T> {
  const hasSome = batch.rows.some(({ unreadable, cut }) => unreadable !== undefined || cut !== undefined);
  const standIns = hasSome ? batch.rows.flatMap(({ unreadable, cut }) => unreadable ?? cut ?? []) : [];
  if (standIns.length === 0) return lost === undefined ? batch : { ...batch, unreadable: lost };
  const byId = new Map(standIns.map((row) => [row.id, row]));
  const fresh = [...byId.values()].filter(({ id }) => !counted.has(id));
  for (const { id } of fresh) counted.add(id);
  const shown = unreadableOf(fresh);
  const unreadable = shown !== undefined && lost !== undefined ? together(shown, lost) : (shown ?? lost);
  const kept = keepRows(batch, (row) => row.unreadable === undefined);
  return {
    ...kept,
    rows: kept.rows.map(whole),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

function whole<T extends Ordered>(row: T): T {
  return row.cut === undefined ? row : { ...row, tie: row.tie, cut: undefined };
}
