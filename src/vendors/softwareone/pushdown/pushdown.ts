import type { LogScope } from '../../../domain/log-entry.ts';
import { SEVERITY_FIELDS } from '../../../domain/log-filter.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import type { Abilities } from '../abilities.ts';
import type { TaskLog } from '../logs/pages.ts';
import { severityFilterOf } from './severity.ts';

/**
 * Which log is read, and what of the filter the vendor applies; null when no line can match: lines have
 * no attempt and no step, and those of a job's own log no task either.
 *
 * Text filters stay with the reader: they judge what a line shows, and the vendor can only look through the
 * messages that it keeps, before parameters are filled in and with escape sequences between any two letters.
 */
export function planLogs(scope: LogScope, filter: LogFilter, abilities: Abilities) {
  if (scope.attempt !== undefined || scope.step !== undefined) return null;
  if (filter.attemptIn !== undefined || filter.stepIn !== undefined) return null;
  const taskKey = scope.task ?? null;
  if (filter.taskIn !== undefined && (taskKey === null || !filter.taskIn.includes(taskKey))) return null;
  const severity = abilities.can('logs of severities') ? severityFilterOf(filter) : null;
  const log: TaskLog = { task: taskKey ?? scope.job, taskKey, severity };
  const applied: readonly (keyof LogFilter)[] =
    severity?.isExact === true ? ['taskIn', ...SEVERITY_FIELDS] : ['taskIn'];
  /** The partition's key: the child task's, '' for the job's own log. */
  return { key: taskKey ?? '', log, applied };
}
