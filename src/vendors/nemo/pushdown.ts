import type { LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import { isStorable, taskPlaceOf } from './keys.ts';

/**
 * Splits scope and filter into what the vendor filters (one step, one task, by name) and the rest. Names that its store
 * refuses are not sent. No attempts: the vendor's default, the current one. Null: no line can match.
 */
export function planScope(scope: LogScope, filter: LogFilter) {
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
  const applied: (keyof LogFilter)[] = ['attemptIn'];
  if (step !== undefined) applied.push('stepIn');
  if (task !== undefined) applied.push('taskIn');
  const narrowed: LogFilter = { stepIn: steps ?? undefined, taskIn: tasks ?? undefined };
  return { attempts, step, task, applied, narrowed };
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
