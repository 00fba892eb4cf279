import type { Attempt } from '../../../domain/job.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Ordered } from '../../../domain/ordered.ts';
import { formatInstant } from '../../../domain/time.ts';
import type { Instant } from '../../../domain/time.ts';
import type { Unplaced } from '../../../pagination/core/partition.ts';
import type { KeyedRecord } from '../../../pagination/record-keyset/list.ts';
import { least, most } from '../../../pagination/record-keyset/scale.ts';
import type { RecordTimes } from '../../../pagination/record-keyset/scale.ts';
import { standInEntry } from '../../shared/entries.ts';
import { cutRows } from '../../shared/rows.ts';
import { eventsOf } from './text.ts';
import type { RunEvent } from './text.ts';
import { isCompleted, severityOfState, statusOfRun } from '../facts.ts';
import type { NativeRun } from './wire.ts';

/**
 * What a run becomes.
 *
 * The service does not document what its list is sorted by: the time at which the run was scheduled, or that at which
 * it was invoked. A run is an attempt from the moment it is scheduled. It gives lines only once their places are final:
 * - a message, one line stamped with the completion, when the run has completed;
 * - a list of events, one line each stamped with the event's own time, from the invocation on. The first of them is
 *   the scheduling, which may be as long before the invocation as two runs are apart.
 */

const NO_EXCEPTIONS: LogEntry['exceptions'] = [];

type Row = Unplaced<LogEntry> & { readonly tie: string };

const EPOCH: Instant = { nanoseconds: 0n, text: formatInstant(0n) };

/** When the attempt began, or the best known time. */
function beginningOf(run: NativeRun): bigint {
  return (run.executionTimestamp ?? run.scheduleTimestamp ?? run.completionTimestamp ?? EPOCH).nanoseconds;
}

/** The bounds of the time by which the list may sort the run. */
export function recordTimes(run: NativeRun): RecordTimes {
  const begun = beginningOf(run);
  const scheduled = run.scheduleTimestamp?.nanoseconds ?? begun;
  return { earliest: least(begun, scheduled), latest: most(begun, scheduled) };
}

export function toAttempt(schedule: string, run: NativeRun): Attempt {
  return {
    key: run.runId,
    number: null,
    stepKey: schedule,
    status: statusOfRun(run),
    nativeStatus: run.runState ?? run.runStatus,
    createdAt: run.scheduleTimestamp?.text ?? null,
    startedAt: run.executionTimestamp?.text ?? null,
    finishedAt: run.completionTimestamp?.text ?? null,
    time: beginningOf(run),
    tie: run.runId,
    ...(run.unreadable === undefined ? {} : { unreadable: run.unreadable }),
  };
}

export function attemptRecord(schedule: string, run: NativeRun): KeyedRecord<Attempt> {
  return recordOf(run, [toAttempt(schedule, run)]);
}

export function logRecord(schedule: string, run: NativeRun): KeyedRecord<LogEntry> {
  return recordOf(
    run,
    cutRows(rowsOf(schedule, run), run.cutTo ?? null, ({ tie }) => tie),
  );
}

function recordOf<T extends Ordered>(run: NativeRun, rows: KeyedRecord<T>['rows']): KeyedRecord<T> {
  const { earliest, latest } = recordTimes(run);
  // A run that is invoked may move in the list, and has another time from then on.
  const mayMove = run.executionTimestamp === null && !isCompleted(run);
  return { id: run.runId, nameless: run.unreadable !== undefined, mayMove, earliest, latest, rows };
}

function rowsOf(schedule: string, run: NativeRun): readonly Row[] {
  if (run.unreadable !== undefined) return [{ ...standInEntry(beginningOf(run), run.unreadable), tie: run.runId }];
  const completed = isCompleted(run);
  // Until the run is invoked, its record may still move, and its lines with it.
  if (!completed && run.executionTimestamp === null) return [];
  const events = eventsOf(run.runText);
  if (events !== null && events.length > 0) return events.map((event, index) => eventRow(schedule, run, event, index));
  return completed ? [messageRow(schedule, run, events === null ? run.runText : '')] : [];
}

function messageRow(schedule: string, run: NativeRun, message: string): Row {
  const time = run.completionTimestamp ?? run.executionTimestamp ?? run.scheduleTimestamp ?? EPOCH;
  const state = run.runState ?? run.runStatus;
  // A completed run without a text gets the service's status message as its message.
  return rowOf(schedule, run, 0, time, state, message === '' ? (run.statusMessage ?? state ?? '') : message, null);
}

function eventRow(schedule: string, run: NativeRun, event: RunEvent, index: number): Row {
  const message = event.text === '' ? event.type : event.text;
  return rowOf(schedule, run, index, event.time, event.type, message, event);
}

function rowOf(
  schedule: string,
  run: NativeRun,
  index: number,
  time: Instant,
  state: string | null,
  message: string,
  event: RunEvent | null,
): Row {
  return {
    time: time.nanoseconds,
    tie: index === 0 ? `${run.runId}.0000` : `${run.runId}.${String(index).padStart(4, '0')}`,
    timestamp: time.text,
    severity: severityOfState(state),
    message,
    exceptions: NO_EXCEPTIONS,
    attributes: attributesOf(run, event),
    attemptKey: run.runId,
    stepKey: schedule,
    taskKey: null,
  };
}

/** The members that have a value, built at once: a page has hundreds of rows. Each has a time, so there is one. */
function attributesOf(run: NativeRun, event: RunEvent | null): JsonObject {
  const attributes: Record<string, Json> = {};
  if (event !== null) attributes['event'] = event.type;
  if (event !== null && event.code !== null) attributes['code'] = event.code;
  if (run.httpStatus !== null) attributes['httpStatus'] = run.httpStatus;
  if (run.runStatus !== null) attributes['runStatus'] = run.runStatus;
  if (run.runState !== null) attributes['runState'] = run.runState;
  if (run.scheduleTimestamp !== null) attributes['scheduleTimestamp'] = run.scheduleTimestamp.text;
  if (run.executionTimestamp !== null) attributes['executionTimestamp'] = run.executionTimestamp.text;
  if (run.completionTimestamp !== null) attributes['completionTimestamp'] = run.completionTimestamp.text;
  return attributes;
}
