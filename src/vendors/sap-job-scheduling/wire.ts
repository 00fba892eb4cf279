import { Mismatch } from '../../http/body/mismatch.ts';
import { totalOf } from '../shared/totals.ts';
import { refuseComplaintsBeside } from '../shared/error-words.ts';
import { NO_ODD_ROWS, rowsIn, rowsOf } from '../shared/rows.ts';
import {
  countOf,
  fieldsOf,
  flagOf,
  idOf,
  instantOf,
  optionalListIn,
  refuseErrors,
  required,
  textOf,
} from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/**
 * The service's answers. Fields that we do not read are ignored; those that some answers leave out or
 * send as null become null. The service writes a time in three ways, all of them UTC.
 */

/** Only the presence of a link is used. A value that is neither a string nor null counts as missing. */
export function linkOf(value: unknown): string | null | undefined {
  return typeof value === 'string' || value === null ? value : undefined;
}

export type NativeSchedule = Readonly<ReturnType<typeof scheduleDecoder>>;

function scheduleDecoder(body: unknown) {
  const fields = fieldsOf(body);
  return {
    scheduleId: required(fields, 'scheduleId', idOf, 'an id'),
    description: textOf(fields['description']),
    active: flagOf(fields['active']),
    type: textOf(fields['type']),
    startTime: instantOf(fields['startTime']),
  };
}

export type NativeSchedulePage = Readonly<ReturnType<typeof schedulePageDecoder>>;

export function schedulePageDecoder(body: unknown) {
  const fields = fieldsOf(body);
  const results = rowsIn(fields, 'results', scheduleDecoder);
  return { total: totalOf(fields, fields['total'], results), results };
}

export type NativeJob = Readonly<ReturnType<typeof jobDecoder>>;

export function jobDecoder(body: unknown) {
  const fields = fieldsOf(body);
  const list = optionalListIn(fields, 'schedules');
  const schedules = list === null ? null : rowsOf(list, 'schedules', scheduleDecoder);
  return {
    // In the list, an old job may have two different ids; all answers have `_id`.
    _id: idOf(fields['_id']),
    jobId: idOf(fields['jobId']),
    name: textOf(fields['name']),
    description: textOf(fields['description']),
    active: flagOf(fields['active']),
    httpMethod: textOf(fields['httpMethod']),
    jobType: textOf(fields['jobType']),
    createdAt: instantOf(fields['createdAt']),
    startTime: instantOf(fields['startTime']),
    endTime: instantOf(fields['endTime']),
    ACTIVECOUNT: countOf(fields['ACTIVECOUNT']),
    INACTIVECOUNT: countOf(fields['INACTIVECOUNT']),
    // Only in the answer for a single job, and only if requested.
    schedules: schedules?.data ?? null,
    oddSchedules: schedules?.odd ?? NO_ODD_ROWS,
  };
}

/** Fields of a job that describe the job itself. */
const OWN: ReadonlySet<string> = new Set(['status', 'description']);

/** Decodes the answer for a single job. Throws if it contains no field that identifies a job. */
export function jobAnswerDecoder(body: unknown): NativeJob {
  const fields = fieldsOf(body);
  refuseErrors(fields);
  const job = jobDecoder(fields);
  if (keyOfJob(job) === null && job.name === null) throw Mismatch.of(fields['_id'], 'a job id', '_id');
  if (job.schedules?.length === 0 && job.oddSchedules.length === 0) refuseComplaintsBeside(OWN, fields);
  return job;
}

export type NativeJobPage = Readonly<ReturnType<typeof jobPageDecoder>>;

export function jobPageDecoder(body: unknown) {
  const fields = fieldsOf(body);
  const results = rowsIn(fields, 'results', listedJob);
  return {
    total: totalOf(fields, fields['total'], results),
    results,
    next_url: linkOf(fields['next_url']),
  };
}

/** A listed job: with an id, without its schedules. */
function listedJob(fields: Fields) {
  const job = jobDecoder({ ...fields, schedules: null });
  const key = keyOfJob(job);
  if (key === null) throw Mismatch.of(fields['_id'], 'a job id', '_id');
  return { key, job };
}

/** The id of a listed job: `_id`, which all answers have, before `jobId`, which only the list has. */
export function keyOfJob(job: NativeJob): string | null {
  return job._id ?? job.jobId;
}
