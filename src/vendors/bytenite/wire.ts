import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import { rowsIn } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import { refuseComplaints } from '../shared/error-words.ts';
import {
  countOf,
  fieldsOf,
  flagOf,
  idOf,
  instantOf,
  isFields,
  jsonOf,
  refuseErrors,
  required,
  textOf,
} from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/** Shapes of what the API answers, read tolerantly: a field may be null, missing, or of a newer version. */

/** Go's zero time: how a gateway may write a time that was never set. */
const NEVER = /^0001-01-01T/;

/** Names of what is shown of a job as attributes, as far as it is plain. */
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

/** A job. Never read: `params`, `dataSource` and `dataDestination`, which hold credentials of the customer's storage. */
export interface WireJob {
  readonly id: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly createdAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** What `endedAt` was called before. */
  readonly completedAt: Instant | null;
  readonly stateTimestamps: ReadonlyMap<string, Instant>;
  readonly shown: Readonly<Record<(typeof SHOWN)[number], Json>>;
}

export function jobDecoder(body: unknown): WireJob {
  const fields = fieldsOf(body);
  return {
    id: required(fields, 'id', idOf, 'an id'),
    name: textOf(fields['name']),
    state: textOf(fields['state']),
    createdAt: timeOf(fields['createdAt']),
    startedAt: timeOf(fields['startedAt']),
    endedAt: timeOf(fields['endedAt']),
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

function shownOf(fields: Fields): WireJob['shown'] {
  // Made of the names themselves, so each of them is there.
  return Object.fromEntries(SHOWN.map((name) => [name, jsonOf(fields[name])])) as WireJob['shown'];
}

/** The job of an answer; null where it says that there is none. An answer with other members alone is something else. */
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

/** protobuf leaves an empty list out; an answer with other members alone is something else. */
export function jobListDecoder(body: unknown): WireJobList {
  const fields = fieldsOf(body);
  requireMember(fields, isFields(fields['pagination']) ? ['data', 'pagination'] : ['data'], 'a list of jobs');
  const pagination = isFields(fields['pagination']) ? fields['pagination'] : {};
  return {
    ...rowsIn({ ...fields, data: fields['data'] ?? [] }, 'data', jobDecoder),
    // int64 comes as a string from a protobuf gateway; a plain number is taken too.
    total: countOf(pagination['total']),
    hasNext: flagOf(pagination['hasNext']),
  };
}

function requireMember(fields: Fields, names: readonly string[], expected: string): void {
  const isOther = Object.keys(fields).length > 0 && !names.some((name) => Object.hasOwn(fields, name));
  if (isOther) throw new Mismatch('', `expected ${expected}, got an object with other members`);
  refuseErrors(fields);
}
