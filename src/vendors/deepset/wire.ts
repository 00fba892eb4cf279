import { Mismatch } from '../../http/body/mismatch.ts';
import { totalOf } from '../shared/totals.ts';
import { identified, rowsIn } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import {
  countOf,
  dateTimeOf,
  fieldsOf,
  flagOf,
  idOf,
  instantOf,
  isFields,
  jsonOf,
  required,
  textIdOf,
  textOf,
} from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/**
 * The parts of the vendor's answers that are read here. The reference page calls more fields required than its own
 * client and fixtures rely on: `trace`, `exceptions`, `extra_fields` and `total` may be null or missing.
 */

function logIdOf(row: Fields): string {
  return required(row, 'log_id', textIdOf, 'an id');
}

export type WirePipelineLog = Readonly<ReturnType<typeof pipelineLog>>;

/** A row needs its id and its time; other fields are only shown. */
export function pipelineLog(row: Fields) {
  const logged_at = required(row, 'logged_at', dateTimeOf, 'a date-time');
  return {
    log_id: identified(logged_at.nanoseconds, row, logIdOf),
    message: textOf(row['message']) ?? '',
    logged_at,
    level: textOf(row['level']),
    origin: textOf(row['origin']),
    exceptions: exceptionsIn(row['exceptions']),
    extra_fields: jsonOf(row['extra_fields']),
  };
}

const NO_EXCEPTIONS: readonly WireException[] = [];

function exceptionsIn(value: unknown): readonly WireException[] {
  const list = objectsIn(value);
  return list.length === 0 ? NO_EXCEPTIONS : list.map(exception);
}

export type WireException = Readonly<ReturnType<typeof exception>>;

function exception(fields: Fields) {
  return {
    type: textOf(fields['type']),
    value: textOf(fields['value']),
    trace: objectsIn(fields['trace']).map((frame) => ({
      filename: textOf(frame['filename']),
      line_number: countOf(frame['line_number']),
      name: textOf(frame['name']),
    })),
  };
}

const NO_OBJECTS: readonly Fields[] = [];

/** The objects of a list that is only shown. */
function objectsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) && value.length > 0 ? value.filter(isFields) : NO_OBJECTS;
}

/** What a whole row has, with a value or null. */
const MEMBERS = [
  'pipeline_id',
  'status',
  'desired_status',
  'service_level',
  'created_at',
  'last_edited_at',
  'deployed_version_id',
  'running_version_id',
  'draft_version_id',
];

export type WirePipeline = Readonly<ReturnType<typeof pipeline>>;

/** A pipeline needs its name, which is its key. */
export function pipeline(body: unknown) {
  const fields = fieldsOf(body);
  return {
    pipeline_id: textOf(fields['pipeline_id']),
    name: required(fields, 'name', idOf, 'a name'),
    status: textOf(fields['status']),
    desired_status: textOf(fields['desired_status']),
    service_level: textOf(fields['service_level']),
    created_at: instantOf(fields['created_at']),
    last_edited_at: instantOf(fields['last_edited_at']),
    deployed_version_id: textOf(fields['deployed_version_id']),
    running_version_id: textOf(fields['running_version_id']),
    draft_version_id: textOf(fields['draft_version_id']),
    isWhole: MEMBERS.every((name) => Object.hasOwn(fields, name)),
  };
}

/** `has_more` is null if the vendor does not state it. */
export interface WireList<T> extends Rows<T> {
  readonly has_more: boolean | null;
  readonly total: number | null;
}

function listOf<T>(read: (row: Fields) => T): (body: unknown) => WireList<T> {
  return (body) => {
    const fields = fieldsOf(body);
    const has_more = flagOf(fields['has_more']);
    const rows = rowsIn(fields, 'data', read);
    // A body without rows, count and `has_more` is not a list of the vendor.
    if (has_more === null && !Object.hasOwn(fields, 'total') && rows.data.length + rows.odd.length === 0) {
      throw Mismatch.of(fields['has_more'], 'a boolean', 'has_more');
    }
    return { ...rows, has_more, total: totalOf(fields, fields['total'], rows) };
  };
}

export const pipelineLogs = listOf(pipelineLog);
export const pipelines = listOf(pipeline);
export type WirePipelineLogs = WireList<WirePipelineLog>;

/** True if the list may go on. Without a statement of the vendor, a full page may not be the last. */
export function hasMore({ data, odd, has_more }: WireList<unknown>, limit: number): boolean {
  const size = data.length + odd.length;
  return size > 0 && (has_more ?? size >= limit);
}
