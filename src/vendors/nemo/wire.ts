import { Mismatch } from '../../http/body/mismatch.ts';
import { totalOf } from '../shared/totals.ts';
import { refuseComplaintsBeside } from '../shared/error-words.ts';
import { NO_ODD_ROWS, rowsIn, rowsOf } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import {
  countOf,
  dateTimeOf,
  fieldsOf,
  idOf,
  instantOf,
  isFields,
  jsonOf,
  optionalListIn,
  refuseErrors,
  required,
  textIdOf,
  textOf,
} from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';

/**
 * The parts of the jobs service's answers that are read here. Lists omit nulls and single entities contain them, so
 * every field that is not needed to identify a row may be absent or null. Other fields are dropped, among them the
 * requester (`auth_context`, `ownership`) and a job's environment (`spec`, the content of `platform_spec`).
 */

/** Times without a zone are UTC. An unreadable time is dropped, because it orders nothing that must be exact. */
function stateOf(fields: Fields) {
  return {
    status: textOf(fields['status']),
    created_at: instantOf(fields['created_at']),
    updated_at: instantOf(fields['updated_at']),
  };
}

function nameOf(fields: Fields): string {
  return required(fields, 'name', idOf, 'a name');
}

export type JobWire = Readonly<ReturnType<typeof jobWire>>;

export function jobWire(body: unknown) {
  const fields = fieldsOf(body);
  return {
    ...stateOf(fields),
    name: nameOf(fields),
    id: textOf(fields['id']),
    attempt_id: idOf(fields['attempt_id']),
    project: textOf(fields['project']),
    description: textOf(fields['description']),
    source: textOf(fields['source']),
    plannedSteps: plannedSteps(fields['platform_spec']),
    status_details: jsonOf(fields['status_details']),
    error_details: jsonOf(fields['error_details']),
  };
}

/** Names of the steps in the job's platform spec; null: it has none. */
function plannedSteps(spec: unknown): readonly string[] | null {
  const steps = isFields(spec) ? spec['steps'] : null;
  if (!Array.isArray(steps)) return null;
  return steps.flatMap((step: unknown) => {
    const name = isFields(step) ? step['name'] : null;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Fields that identify an answer as the tree of a job, even before it has a step. */
const TREE = ['id', 'job_id', 'name'];

/** Fields of the tree that describe the job itself. */
const OWN: ReadonlySet<string> = new Set(['status', 'description']);

const NO_ROWS = { data: [], odd: NO_ODD_ROWS } as const;

export type StatusTreeWire = Readonly<ReturnType<typeof statusTreeWire>>;

/** The `/status` answer: steps and tasks of the current attempt. */
export function statusTreeWire(body: unknown) {
  const fields = fieldsOf(body);
  refuseErrors(fields);
  const list = optionalListIn(fields, 'steps');
  if (list === null || list.length === 0) {
    // A job is identified before it has a step. An answer without any of these fields is not the tree of a job.
    if (list === null && !TREE.some((name) => textIdOf(fields[name]) !== null))
      throw Mismatch.of(undefined, 'an array', 'steps');
    refuseComplaintsBeside(OWN, fields);
  }
  return { steps: list === null ? NO_ROWS : rowsOf(list, 'steps', treeStepWire) };
}

export type TreeStepWire = Readonly<ReturnType<typeof treeStepWire>>;

function treeStepWire(fields: Fields) {
  return { ...stateOf(fields), name: nameOf(fields), tasks: tasksIn(fields) };
}

/** A value that is not a list of tasks counts as one unreadable task and does not affect its step. */
function tasksIn(fields: Fields): Rows<TaskWire> {
  const { tasks } = fields;
  if (tasks === undefined || tasks === null) return NO_ROWS;
  return rowsOf(Array.isArray(tasks) ? (tasks as readonly unknown[]) : [tasks], 'tasks', taskWire);
}

export type TaskWire = Readonly<ReturnType<typeof taskWire>>;

function taskWire(fields: Fields) {
  return { ...stateOf(fields), name: nameOf(fields) };
}

export type StepWire = Readonly<ReturnType<typeof stepWire>>;

/** A step of any attempt, with the fields that tell about the attempt. */
function stepWire(fields: Fields) {
  const { id, name, attempt_id: attempt } = fields;
  return { ...stateOf(fields), id: idOf(id), name: textOf(name), attempt_id: idOf(attempt) };
}

export type AttemptWire = Readonly<ReturnType<typeof attemptWire>>;

/** `seq` counts from 0. */
function attemptWire(fields: Fields) {
  return { ...stateOf(fields), id: required(fields, 'id', idOf, 'an id'), seq: countOf(fields['seq']) };
}

/** A page-number list. Filters may be applied after the page: a short page is not the last one. */
export interface ListWire<Row> extends Rows<Row> {
  readonly total_pages: number | null;
  readonly total_results: number | null;
}

function listOf<Row>(read: (fields: Fields) => Row): (body: unknown) => ListWire<Row> {
  return (body) => {
    const fields = fieldsOf(body);
    const pagination = isFields(fields['pagination']) ? fields['pagination'] : {};
    const rows = rowsIn(fields, 'data', read);
    return {
      ...rows,
      total_pages: countOf(pagination['total_pages']),
      total_results: totalOf(fields, pagination['total_results'], rows),
    };
  };
}

export const jobListWire = listOf<JobWire>(jobWire);
export const stepListWire = listOf(stepWire);
export const attemptListWire = listOf(attemptWire);

export type LogRowWire = Readonly<ReturnType<typeof logRowWire>>;

function logRowWire(fields: Fields) {
  return {
    timestamp: required(fields, 'timestamp', dateTimeOf, 'a date-time'),
    job_step: idOf(fields['job_step']),
    job_task: idOf(fields['job_task']),
    message: textOf(fields['message']),
  };
}

/** `next_page` is null at the end: the vendor sends null, '' or no member. */
export function logPageWire(body: unknown) {
  const fields = fieldsOf(body);
  const next = fields['next_page'] ?? '';
  if (typeof next !== 'string') throw Mismatch.of(next, 'a string', 'next_page');
  const rows = rowsIn(fields, 'data', logRowWire);
  return {
    ...rows,
    total: totalOf(fields, fields['total'], rows),
    next_page: next === '' ? null : next,
  };
}

/** The message of an error body; null: none. `detail` is a string, or a list from the web framework. */
export function detailOf(body: unknown): string | null {
  const detail = isFields(body) ? body['detail'] : null;
  return typeof detail === 'string' ? detail : null;
}
