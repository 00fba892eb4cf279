import type { SandboxLine } from '../types.ts';
import type { TaskLogSeverity } from './fields.ts';
import type { StoredRow } from './log-store.ts';
import type { SimulatedTask } from './tasks.ts';

const SEVERITIES: Readonly<Record<NonNullable<SandboxLine['severity']>, TaskLogSeverity>> = {
  debug: 'Debug',
  info: 'Info',
  warn: 'Warning',
  error: 'Error',
  fatal: 'Failure',
};

export const LOG_PROPERTIES = [
  'id',
  'revision',
  'audit',
  'task',
  'severity',
  'message',
  'timestamp',
  'progress',
  'eta',
  'parameters',
];

/** A task log as its endpoint writes it, with all properties. `task.status` is the current status of the task. */
export function logOnTheWire(row: StoredRow, task: SimulatedTask, writeEta: (milliseconds: number) => string): object {
  const { line, id, milliseconds } = row;
  const timestamp = new Date(milliseconds).toISOString();
  return {
    id,
    revision: 1,
    audit: { created: { at: timestamp, by: { id: 'TKN-0000-0001', name: 'Task service' } } },
    task: {
      id: task.id,
      name: task.details.name,
      revision: 1,
      status: task.status,
      code: task.details.code,
    },
    severity: SEVERITIES[line.severity ?? 'info'],
    message: line.message,
    timestamp,
    progress: line.progress ?? null,
    eta: line.eta === undefined ? null : writeEta(line.eta),
    parameters: line.parameters ?? null,
  };
}
