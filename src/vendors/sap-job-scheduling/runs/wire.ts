import type { Json } from '../../../domain/json.ts';
import type { Instant } from '../../../domain/time.ts';
import { Mismatch } from '../../../http/body/mismatch.ts';
import { NO_ODD_ROWS, rowsIn } from '../../shared/rows.ts';
import type { OddRow, Rows } from '../../shared/rows.ts';
import {
  countOf,
  dateTimeOf,
  fieldsOf,
  instantOf,
  isFields,
  jsonOf,
  listIn,
  required,
  textIdOf,
  textOf,
} from '../../shared/wire.ts';
import type { Fields } from '../../shared/wire.ts';
import { linkOf } from '../wire.ts';

export interface NativeRun {
  readonly runId: string;
  readonly runText: string;
  readonly httpStatus: Json;
  readonly executionTimestamp: Instant | null;
  readonly scheduleTimestamp: Instant | null;
  readonly completionTimestamp: Instant | null;
  readonly runStatus: string | null;
  readonly runState: string | null;
  /** Only in the logs of a schedule. */
  readonly statusMessage: string | null;
  /** Why it could not be read: it only keeps the place of a run. */
  readonly unreadable?: OddRow | undefined;
  /** To how many bytes its texts were cut, where it is too large for an answer. */
  readonly cutTo?: number | undefined;
}

export function runDecoder(body: unknown): NativeRun {
  const fields = fieldsOf(body);
  const executionTimestamp = placedAt(fields, 'executionTimestamp');
  const scheduleTimestamp = placedAt(fields, 'scheduleTimestamp');
  const completionTimestamp = placedAt(fields, 'completionTimestamp');
  if ((executionTimestamp ?? scheduleTimestamp ?? completionTimestamp) === null) {
    throw Mismatch.of(fields['scheduleTimestamp'], 'a date and time', 'scheduleTimestamp');
  }
  return {
    executionTimestamp,
    scheduleTimestamp,
    completionTimestamp,
    runId: required(fields, 'runId', textIdOf, 'an id'),
    // What would be JSON inside of the text is accepted bare, too.
    runText: textOf(fields['runText']) ?? '',
    httpStatus: statusCode(fields['httpStatus']),
    runStatus: textOf(fields['runStatus']),
    runState: textOf(fields['runState']),
    statusMessage: textOf(fields['statusMessage']),
  };
}

/** A time that a run is placed by: null where there is none, a mismatch where it can't be read. */
function placedAt(fields: Fields, name: string): Instant | null {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return null;
  return required(fields, name, dateTimeOf, 'a date and time');
}

/** An HTTP status, also as text; anything else as it came. */
function statusCode(value: unknown): Json {
  if (value === '') return null;
  return typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : jsonOf(value);
}

export interface NativeRunPage {
  readonly total: number | null;
  /** In native order, with a stand-in for each run that could not be read. */
  readonly results: readonly NativeRun[];
  /** Runs that could not be read and have no place among the others. */
  readonly lost: readonly OddRow[];
  /** Null at the ends of other lists, absent at the ends of this one; undefined tells a dialect without links. */
  readonly next_url: string | null | undefined;
  readonly prev_url: string | null | undefined;
}

export function runPageDecoder(body: unknown): NativeRunPage {
  const fields = fieldsOf(body);
  return {
    total: countOf(fields['total']),
    ...withStandIns(listIn(fields, 'results'), rowsIn(fields, 'results', runDecoder)),
    next_url: linkOf(fields['next_url']),
    prev_url: linkOf(fields['prev_url']),
  };
}

/**
 * A run that could not be read has a stand-in at its own time, as far as that can be read, or else at that of a run
 * beside it. Without either it has no place: it is left out, and counted.
 */
function withStandIns(
  list: readonly unknown[],
  { data, odd }: Rows<NativeRun>,
): Pick<NativeRunPage, 'results' | 'lost'> {
  if (odd.length === 0) return { results: data, lost: NO_ODD_ROWS };
  const oddAt = new Map(odd.map((row) => [row.index, row]));
  const results: NativeRun[] = [];
  const lost: OddRow[] = [];
  let read = 0;
  for (const [index, value] of list.entries()) {
    const row = oddAt.get(index);
    const [before, after] = [data[read - 1], data[read]];
    if (row === undefined) {
      if (after !== undefined) results.push(after);
      read += 1;
      continue;
    }
    const times = timesOf(value) ?? before ?? after;
    if (times === undefined) lost.push(row);
    else results.push(standInRun(row, times));
  }
  return { results, lost };
}

type RunTimes = Pick<NativeRun, 'executionTimestamp' | 'scheduleTimestamp' | 'completionTimestamp'>;

/** The times of a run that can be read; null where none can. */
function timesOf(value: unknown): RunTimes | null {
  if (!isFields(value)) return null;
  const times = {
    executionTimestamp: instantOf(value['executionTimestamp']),
    scheduleTimestamp: instantOf(value['scheduleTimestamp']),
    completionTimestamp: instantOf(value['completionTimestamp']),
  };
  return Object.values(times).some((time) => time !== null) ? times : null;
}

function standInRun(row: OddRow, times: RunTimes): NativeRun {
  const { executionTimestamp, scheduleTimestamp, completionTimestamp } = times;
  return {
    // No id of the vendor's begins with a space.
    runId: ` ${row.id}`,
    runText: '',
    httpStatus: null,
    executionTimestamp,
    scheduleTimestamp,
    completionTimestamp,
    runStatus: null,
    runState: null,
    statusMessage: null,
    unreadable: row,
  };
}
