/** The fields that queries may use: property paths and their types. */
export type FieldType = 'string' | 'number' | 'date' | 'object' | readonly string[];
export type QueryFields = Readonly<Record<string, FieldType>>;

export const TASK_STATUSES = ['Queued', 'Blocked', 'Processing', 'Completed', 'Failed', 'Rescheduled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const LOG_SEVERITIES = ['Debug', 'Info', 'Warning', 'Error', 'Failure'] as const;
export type TaskLogSeverity = (typeof LOG_SEVERITIES)[number];

const AUDIT_FIELDS: QueryFields = {
  audit: 'object',
  'audit.created.at': 'date',
  'audit.updated.at': 'date',
  'audit.started.at': 'date',
  'audit.completed.at': 'date',
  'audit.failed.at': 'date',
};

export const TASK_FIELDS: QueryFields = {
  id: 'string',
  name: 'string',
  revision: 'number',
  status: TASK_STATUSES,
  code: 'string',
  queue: 'string',
  object: 'object',
  'object.id': 'string',
  description: 'string',
  parent: 'object',
  'parent.id': 'string',
  'parent.name': 'string',
  progress: 'number',
  eta: 'date',
  parameters: 'object',
  owner: 'object',
  'owner.id': 'string',
  'owner.name': 'string',
  ...AUDIT_FIELDS,
};

export const LOG_FIELDS: QueryFields = {
  id: 'string',
  revision: 'number',
  task: 'object',
  'task.id': 'string',
  'task.name': 'string',
  'task.status': TASK_STATUSES,
  'task.code': 'string',
  severity: LOG_SEVERITIES,
  message: 'string',
  timestamp: 'date',
  progress: 'number',
  eta: 'date',
  parameters: 'object',
  ...AUDIT_FIELDS,
};

/** The value at a path; null if any part of the path is missing. */
export function valueAt(row: unknown, path: string): unknown {
  let value = row;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? null;
}

/** A value in the form used for comparisons: dates as milliseconds. Null stays null. */
export function comparable(value: unknown, type: FieldType): string | number | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'date') return Date.parse(text.replace(' ', 'T'));
  return type === 'number' ? Number(value) : text;
}

/** Compares values of one field; missing ones come first. */
export function compareValues(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
