import { isInexact } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { totalOf } from '../shared/totals.ts';
import { identified, rowsIn } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import {
  countOf,
  dateTimeOf,
  fieldsOf,
  idOf,
  instantOf,
  isFields,
  jsonOf,
  required,
  textIdOf,
  textOf,
} from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/** The shapes that answers are checked against. Fields that we need are required; fields that are only shown may hold anything. */

/** A reference from another object to a task. */
export interface Reference {
  readonly id: string;
}

export type TaskWire = Readonly<ReturnType<typeof taskWire>>;

export function taskWire(body: unknown) {
  const fields = fieldsOf(body);
  const { parent, object } = fields;
  return {
    id: required(fields, 'id', textIdOf, 'an id'),
    name: textOf(fields['name']),
    status: textOf(fields['status']),
    code: textOf(fields['code']),
    queue: textOf(fields['queue']),
    description: textOf(fields['description']),
    object: referenceOf(object),
    // Required, because it distinguishes a job from a part of one.
    parent:
      parent === undefined || parent === null ? null : required(fields, 'parent', referenceOf, 'an object with an id'),
    progress: numberOf(fields['progress']),
    eta: stringOf(fields['eta']),
    audit: auditOf(fields['audit']),
  };
}

function referenceOf(value: unknown): Reference | null {
  const id = isFields(value) ? idOf(value['id']) : null;
  return id === null ? null : { id };
}

/** The last event of each kind; null if there was none, or if its time is unreadable. */
function auditOf(value: unknown) {
  if (!isFields(value)) return null;
  return {
    created: eventOf(value['created']),
    updated: eventOf(value['updated']),
    started: eventOf(value['started']),
    completed: eventOf(value['completed']),
    failed: eventOf(value['failed']),
  };
}

function eventOf(value: unknown): Instant | null {
  return isFields(value) ? instantOf(value['at']) : null;
}

/** A number that is only shown; as a string of its digits if a JavaScript number cannot hold it exactly. */
function numberOf(value: unknown): number | string | null {
  return typeof value === 'number' || (typeof value === 'string' && isInexact(value)) ? value : null;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function logIdOf(fields: Fields): string {
  return required(fields, 'id', textIdOf, 'an id');
}

export type TaskLogWire = Readonly<ReturnType<typeof taskLogWire>>;

export function taskLogWire(fields: Fields) {
  const timestamp = required(fields, 'timestamp', dateTimeOf, 'a date-time');
  return {
    id: identified(timestamp.nanoseconds, fields, logIdOf),
    severity: textOf(fields['severity']),
    message: textOf(fields['message']),
    timestamp,
    progress: numberOf(fields['progress']),
    eta: stringOf(fields['eta']),
    parameters: jsonOf(fields['parameters']),
  };
}

export interface ListWire<T> extends Rows<T> {
  readonly $meta: Readonly<ReturnType<typeof paginationOf>>;
}

function listOf<T>(read: (row: Fields) => T): (body: unknown) => ListWire<T> {
  return (body) => {
    const fields = fieldsOf(body);
    const rows = rowsIn(fields, 'data', read);
    const meta = paginationOf(fields['$meta']);
    return { $meta: { ...meta, total: meta.total ?? totalOf(fields, null, rows) }, ...rows };
  };
}

function paginationOf(meta: unknown) {
  const pagination = isFields(meta) && isFields(meta['pagination']) ? meta['pagination'] : {};
  return {
    offset: countOf(pagination['offset']),
    limit: countOf(pagination['limit']),
    total: countOf(pagination['total']),
    omitted: omittedIn(meta),
  };
}

/** The names of the properties that the answer leaves out of its rows. */
function omittedIn(meta: unknown): readonly string[] {
  const omitted = isFields(meta) ? meta['omitted'] : null;
  return Array.isArray(omitted) ? omitted.filter((name) => typeof name === 'string') : [];
}

export const taskListWire = listOf<TaskWire>(taskWire);
export const taskLogListWire = listOf(taskLogWire);
export type TaskLogListWire = ListWire<TaskLogWire>;
