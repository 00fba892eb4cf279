import type { LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';

/** Up to this many runs (or schedules) in a filter are requested one by one; for more, the whole log is filtered. */
export const FEW = 10;

/** The part of a job's runs that a request covers. */
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
  // Lines have no task, so a condition on tasks matches none.
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
