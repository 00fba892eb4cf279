import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import { rowsIn } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import { totalOf } from '../shared/totals.ts';
import { refuseComplaints } from '../shared/error-words.ts';
import { fieldsOf, flagOf, idOf, instantOf, isFields, jsonOf, refuseErrors, required, textOf } from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/** Shapes of the API's answers, read tolerantly: a field may be null, missing, or from a newer version. */

/** Go's zero time, which a gateway may write for a time that was never set. */
const NEVER = /^0001-01-01T/;

/** Fields of a job that are shown as attributes if their values are plain. */
export const SHOWN = [
  'templateId',
  'appId',
  'description',
  'priority',
  'startAt',
  'submittedAt',
  'deletedAt',
  'duration',
  'errorMessage',
  'numChunks',
  'numUnitsEstimation',
  'regions',
] as const;

export type WireJob = Readonly<ReturnType<typeof jobDecoder>>;

/** A job. Never read: `params`, `dataSource` and `dataDestination`, which hold credentials of the customer's storage. */
export function jobDecoder(body: unknown) {
  const fields = fieldsOf(body);
  return {
    id: required(fields, 'id', idOf, 'an id'),
    name: textOf(fields['name']),
    state: textOf(fields['state']),
    createdAt: timeOf(fields['createdAt']),
    startedAt: timeOf(fields['startedAt']),
    endedAt: timeOf(fields['endedAt']),
    /** The former name of `endedAt`. */
    completedAt: timeOf(fields['completedAt']),
    stateTimestamps: stampsOf(fields['stateTimestamps']),
    shown: shownOf(fields),
  };
}

function timeOf(value: unknown): Instant | null {
  return typeof value === 'string' && NEVER.test(value) ? null : instantOf(value);
}

function stampsOf(value: unknown): ReadonlyMap<string, Instant> {
  const stamps = new Map<string, Instant>();
  for (const [state, at] of isFields(value) ? Object.entries(value) : []) {
    const time = timeOf(at);
    if (time !== null) stamps.set(state, time);
  }
  return stamps;
}

function shownOf(fields: Fields) {
  // Built from the names, so all members exist.
  return Object.fromEntries(SHOWN.map((name) => [name, jsonOf(fields[name])])) as Record<(typeof SHOWN)[number], Json>;
}

/** The job of an answer; null: the answer has none. Throws for an answer that has only other members. */
export function jobAnswerDecoder(body: unknown): WireJob | null {
  const fields = fieldsOf(body);
  const { job } = fields;
  requireMember(fields, ['job'], 'a job');
  if (job === undefined || job === null) {
    refuseComplaints(fields);
    return null;
  }
  try {
    return jobDecoder(job);
  } catch (error) {
    throw error instanceof Mismatch ? error.below('job') : error;
  }
}

export interface WireJobList extends Rows<WireJob> {
  readonly total: number | null;
  readonly hasNext: boolean | null;
}

/** protobuf omits an empty list. Throws for an answer that has only other members. */
export function jobListDecoder(body: unknown): WireJobList {
  const fields = fieldsOf(body);
  requireMember(fields, isFields(fields['pagination']) ? ['data', 'pagination'] : ['data'], 'a list of jobs');
  const pagination = isFields(fields['pagination']) ? fields['pagination'] : {};
  const rows = rowsIn({ ...fields, data: fields['data'] ?? [] }, 'data', jobDecoder);
  return {
    ...rows,
    // A protobuf gateway writes int64 as a string; a plain number is accepted too.
    total: totalOf(fields, pagination['total'], rows),
    hasNext: flagOf(pagination['hasNext']),
  };
}

function requireMember(fields: Fields, names: readonly string[], expected: string): void {
  const isOther = Object.keys(fields).length > 0 && !names.some((name) => Object.hasOwn(fields, name));
  if (isOther) throw new Mismatch('', `expected ${expected}, got an object with other members`);
  refuseErrors(fields);
}
