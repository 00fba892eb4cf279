import type { LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import { isStorable, taskPlaceOf } from './keys.ts';

/** The parameters of a log call, and the filter fields that it applies. */
export interface PlannedScope {
  /** The wanted attempts; null: the vendor's default, the current one. */
  readonly attempts: readonly string[] | null;
  readonly step: string | undefined;
  readonly task: string | undefined;
  readonly applied: readonly (keyof LogFilter)[];
  readonly narrowed: LogFilter;
}

/**
 * Splits scope and filter into what the vendor filters (one step, one task, by name) and the rest. Names that its store
 * refuses are not sent. Null: no line can match.
 */
export function planScope(scope: LogScope, filter: LogFilter): PlannedScope | null {
  const scopeTask = scope.task === undefined ? null : taskPlaceOf(scope.task);
  const filterTasks = filter.taskIn?.map(taskPlaceOf);
  const attempts = both(filter.attemptIn, [scope.attempt]);
  const steps = both(filter.stepIn, [scope.step, scopeTask?.step ?? undefined]);
  const tasks = both(
    filterTasks?.map(({ task }) => task),
    [scopeTask?.task],
  );
  if ([attempts, steps, tasks].some((names) => names?.length === 0)) return null;
  const step = pushable(steps);
  const task = pushable(tasks);
  return {
    attempts,
    step,
    task,
    applied: [
      'attemptIn',
      ...(step === undefined ? [] : (['stepIn'] as const)),
      ...(task === undefined ? [] : (['taskIn'] as const)),
    ],
    narrowed: { stepIn: steps ?? undefined, taskIn: tasks ?? undefined },
  };
}

/** The names that all conditions allow; null: any. */
function both(
  among: readonly string[] | undefined,
  exactly: readonly (string | undefined)[],
): readonly string[] | null {
  const wanted = exactly.filter((name) => name !== undefined);
  if (among === undefined && wanted.length === 0) return null;
  return [...new Set(among ?? wanted)].filter((name) => wanted.every((one) => one === name));
}

function pushable(names: readonly string[] | null): string | undefined {
  const [name, ...others] = names ?? [];
  return name !== undefined && others.length === 0 && isStorable(name) ? name : undefined;
}
