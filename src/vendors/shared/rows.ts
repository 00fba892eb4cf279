import type { Ordered, UnreadableRow } from '../../domain/ordered.ts';
import { ROW_BYTES, TEXT_BYTES } from '../../http/body/row-bound.ts';
import { CUT } from '../../http/body/string-cutter.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import { copyOf } from '../../pagination/core/identity.ts';
import type { Batch, Partition, Unplaced, Unreadable } from '../../pagination/core/partition.ts';
import { Through } from '../../pagination/core/read-on.ts';
import { MOST_NAMES, together } from '../../pagination/core/unreadable.ts';
import { refuseComplaints, refuseNamedErrors } from './error-words.ts';
import { forgetProgress, idOfOdd, pauseIfDue, progressOf } from './row-progress.ts';
import { fieldsOf, listIn } from './wire.ts';
import type { Fields } from './wire.ts';
import { keepRows } from '../../pagination/core/hinted-rows.ts';

/**
 * Odd rows are unreadable: fields needed for order or identity are missing or invalid. An odd row does not affect other
 * rows. A stand-in keeps its place while pages are joined (`stand-ins.ts`), and is counted and removed at the end
 * (`readable`).
 */
export interface OddRow extends UnreadableRow {
  /** The row's index on its page. */
  readonly index: number;
  /** Its own time, if only its id is missing. */
  readonly time?: bigint | undefined;
}

/** The id of a row cannot be read, but its time can. */
class Unidentified extends Mismatch {
  readonly time: bigint;

  constructor({ path, message, members }: Mismatch, time: bigint) {
    super(path, message, members);
    this.time = time;
  }
}

/** The id of a row, as `read` gives it. If that fails, the row keeps its time. */
export function identified<R, T>(time: bigint, row: R, read: (row: R) => T): T {
  try {
    return read(row);
  } catch (error) {
    throw error instanceof Mismatch ? new Unidentified(error, time) : error;
  }
}

/** The rows of a native page: readable rows in the page's order, and odd rows. */
export interface Rows<T> {
  readonly data: readonly T[];
  readonly odd: readonly OddRow[];
}

export const NO_ODD_ROWS: readonly OddRow[] = [];

/** Most odd rows of one answer, so that an answer of nothing else does not take long. */
const MOST_ODD = 5_000;

/**
 * Reads each row of a list field, which must exist. A row whose reading throws a `Mismatch` is odd. An answer with more than
 * `MOST_ODD` odd rows is refused.
 */
export function rowsIn<T>(fields: Fields, name: string, read: (row: Fields) => T): Rows<T> {
  const list = listIn(fields, name);
  if (list.length === 0) refuseComplaints(fields);
  else refuseNamedErrors(fields);
  return rowsOf(list, name, read);
}

export function rowsOf<T>(list: readonly unknown[], path: string, read: (row: Fields) => T): Rows<T> {
  const progress = progressOf<T, OddRow>(list, list.length, read);
  const { data, odd, seen } = progress;
  for (; progress.index < list.length; progress.index += 1) {
    pauseIfDue(list, read, progress);
    const { index } = progress;
    try {
      data.push(read(fieldsOf(list[index])));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const mismatch = error.below(`${path}[${index}]`);
      if (odd.length >= MOST_ODD) throw mismatch;
      const time = error instanceof Unidentified ? error.time : undefined;
      odd.push({ index, id: idOfOdd(list[index], seen), reason: mismatch.text, time });
    }
  }
  forgetProgress(list);
  return { data, odd: odd.length === 0 ? NO_ODD_ROWS : odd };
}

/** The number of rows on a page, including odd rows. */
export function sizeOf({ data, odd }: Rows<unknown>): number {
  return data.length + odd.length;
}

/** The report of a list's odd rows; undefined: there are none. */
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

/** Odd rows without a place among the others, since the last batch that reported them. */
export class LostRows {
  readonly #odd: OddRow[] = [];

  note(odd: readonly OddRow[]): void {
    this.#odd.push(...odd);
  }

  take(): Unreadable | undefined {
    return unreadableOf(this.#odd.splice(0));
  }
}

/** Most bytes of one UTF-16 code unit in JSON: an escape. */
const BYTES_PER_UNIT = 6;

/**
 * Marks the rows of a page that may have been cut. `cutTo`: the byte length that strings were cut to; null: none was
 * cut.
 */
export function cutRows<T extends Unplaced<Ordered>>(
  rows: readonly T[],
  cutTo: number | null,
  idOf: (row: T) => string,
): readonly T[] {
  if (cutTo === null) return rows;
  const reason =
    cutTo === TEXT_BYTES
      ? `it is larger than ${ROW_BYTES} bytes; its texts are cut`
      : `it is larger than maxResponseBytes allows; its texts are cut to ${cutTo} bytes`;
  const isCut = (row: T): boolean => rows.length === 1 || hasCutString(row, cutTo / BYTES_PER_UNIT);
  return rows.map((row) =>
    isCut(row) ? { ...copyOf(row), cut: { id: `cut ${idOf(row)}`, reason, isCut: true as const } } : row,
  );
}

function hasCutString(value: unknown, leastUnits: number): boolean {
  if (typeof value === 'string') return value.length >= leastUnits && value.endsWith(CUT);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => hasCutString(one, leastUnits))
  );
}

/** The partition without stand-ins; its batches report the unreadable rows instead. */
export function readable<T extends Ordered>(partition: Partition<T>, lost?: LostRows): Partition<T> {
  return {
    key: partition.key,
    read(request, call) {
      // A page that is read again has the same rows, so count each row once.
      const counted = new Set<string>();
      const batch = (read: Batch<T>): Batch<T> => withoutStandIns(read, counted, lost?.take());
      return new Through(() => partition.read(request, call), { batch });
    },
    count: (call) => partition.count(call),
  };
}

/** A partition that only reports odd rows; empty list: there are none. */
export function oddPartitions<T extends Ordered>(odd: readonly OddRow[]): Partition<T>[] {
  const unreadable = unreadableOf(odd);
  if (unreadable === undefined) return [];
  return [
    {
      key: ' unreadable',
      // eslint-disable-next-line @typescript-eslint/require-await
      async *read() {
        yield { rows: [], more: false, pages: 0, unreadable };
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
  const hasSome = batch.rows.some(({ row: { unreadable, cut } }) => unreadable !== undefined || cut !== undefined);
  const standIns = hasSome ? batch.rows.flatMap(({ row: { unreadable, cut } }) => unreadable ?? cut ?? []) : [];
  if (standIns.length === 0) return lost === undefined ? batch : { ...batch, unreadable: lost };
  const byId = new Map(standIns.map((row) => [row.id, row]));
  const fresh = [...byId.values()].filter(({ id }) => !counted.has(id));
  for (const { id } of fresh) counted.add(id);
  const shown = unreadableOf(fresh);
  const unreadable = shown !== undefined && lost !== undefined ? together(shown, lost) : (shown ?? lost);
  const kept = keepRows(batch, (row) => row.unreadable === undefined);
  return {
    ...kept,
    rows: kept.rows.map(({ row, hint }) => ({ row: whole(row), hint })),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

function whole<T extends Ordered>(row: T): T {
  return row.cut === undefined ? row : { ...row, tie: row.tie, cut: undefined };
}
