import type { LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';

/** Up to so many runs (or schedules) of a filter are asked for one by one; more are filtered out of the whole log. */
export const FEW = 10;

/** Which part of a job's runs a request is about. */
export interface RunSelection {
  /** Null: the runs of all schedules. Empty: of none. */
  readonly schedules: readonly string[] | null;
  /** Null: all runs. Empty: none. */
  readonly runs: readonly string[] | null;
  readonly applied: readonly (keyof LogFilter)[];
}

/** Reads the scope and the filter together: both must hold. */
export function selectRuns(scope: LogScope, filter: LogFilter): RunSelection {
  const { attemptIn, stepIn, taskIn } = filter;
  const manyRuns = scope.attempt === undefined && (attemptIn?.length ?? 0) > FEW;
  // No entry has a task, so one that has to be of some task does not exist.
  const nothing = scope.task !== undefined || taskIn !== undefined;
  return {
    schedules: nothing ? [] : intersect(scope.step, stepIn),
    runs: manyRuns ? null : intersect(scope.attempt, attemptIn),
    applied: manyRuns ? ['stepIn', 'taskIn'] : ['attemptIn', 'stepIn', 'taskIn'],
  };
}

function intersect(one: string | undefined, several: readonly string[] | undefined): readonly string[] | null {
  if (one === undefined) return several === undefined ? null : [...new Set(several)];
  return several === undefined || several.includes(one) ? [one] : [];
}
