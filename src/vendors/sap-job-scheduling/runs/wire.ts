import type { Json } from '../../../domain/json.ts';
import type { Instant } from '../../../domain/time.ts';
import { Mismatch } from '../../../http/body/mismatch.ts';
import { totalOf } from '../../shared/totals.ts';
import { rowsIn } from '../../shared/rows.ts';
import type { OddRow, Rows } from '../../shared/rows.ts';
import {
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

export type NativeRun = Readonly<ReturnType<typeof runDecoder>> & {
  /** Set on a stand-in: why the run could not be read. */
  readonly unreadable?: OddRow | undefined;
  /** The byte length that strings were cut to, if the run is too large for an answer. */
  readonly cutTo?: number | undefined;
};

export function runDecoder(body: unknown) {
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
    // Accepts a bare JSON value in place of JSON inside a string.
    runText: textOf(fields['runText']) ?? '',
    httpStatus: statusCode(fields['httpStatus']),
    runStatus: textOf(fields['runStatus']),
    runState: textOf(fields['runState']),
    // Only in the logs of a schedule.
    statusMessage: textOf(fields['statusMessage']),
  };
}

/** A time that places a run. Null: there is none. Throws a `Mismatch` if it cannot be read. */
function placedAt(fields: Fields, name: string): Instant | null {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return null;
  return required(fields, name, dateTimeOf, 'a date and time');
}

/** An HTTP status, also from text; any other value unchanged. */
function statusCode(value: unknown): Json {
  if (value === '') return null;
  return typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : jsonOf(value);
}

export type NativeRunPage = Readonly<ReturnType<typeof runPageDecoder>>;

export function runPageDecoder(body: unknown) {
  const fields = fieldsOf(body);
  const rows = rowsIn(fields, 'results', runDecoder);
  return {
    total: totalOf(fields, fields['total'], rows),
    ...withStandIns(listIn(fields, 'results'), rows),
    // Links are null at the ends of other lists, absent at the ends of this one; undefined tells a dialect without links.
    next_url: linkOf(fields['next_url']),
    prev_url: linkOf(fields['prev_url']),
  };
}

/**
 * An unreadable run gets a stand-in at its own time, if readable, or else at the time of a neighbour. Without either,
 * it has no place: it is one of the `lost`.
 */
function withStandIns(list: readonly unknown[], { data, odd }: Rows<NativeRun>) {
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

/** The readable times of a run; null: none. */
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
    // No id of the vendor begins with a space.
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
