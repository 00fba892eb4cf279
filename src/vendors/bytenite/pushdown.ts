import type { LogScope } from '../../domain/log-entry.ts';
import { SEVERITY_FIELDS, severityPasses } from '../../domain/log-filter.ts';
import type { LogFilter, SeverityFilter } from '../../domain/log-filter.ts';
import { SERVICES } from './facts.ts';
import type { Level, JobService } from './facts.ts';
import { levelsOf } from './severity.ts';

/** Which lines of a job a reader wants; a null member: any. */
export interface Selection {
  readonly services: readonly JobService[] | null;
  readonly taskIds: ReadonlySet<string> | null;
  readonly severity: (SeverityFilter & { readonly levels: readonly Level[] }) | null;
}

/** The filters of POST /logs. An empty list means all. */
export interface LogQuery {
  readonly taskIds: readonly string[];
  readonly levels: readonly string[];
  readonly services: readonly string[];
}

export const EVERYTHING: LogQuery = { taskIds: [], levels: [], services: [] };

/** The filter fields that the reader of an answer applies to each line, whatever the vendor filtered. */
export const APPLIED: readonly (keyof LogFilter)[] = [...SEVERITY_FIELDS, 'attemptIn', 'stepIn', 'taskIn'];

/** What a scope and a filter select; null: no line can match. */
export function selectionOf(scope: LogScope, filter: LogFilter): Selection | null {
  // Lines have no attempt, so none can match.
  if (scope.attempt !== undefined || filter.attemptIn !== undefined) return null;
  const taskIds = both(scope.task, filter.taskIn);
  const named = both(scope.step, filter.stepIn);
  const services = SERVICES.filter(
    (service) => (named?.has(service) ?? true) && (taskIds === null || service === 'TASKRUNNER'),
  );
  const levels = levelsOf(filter);
  if (services.length === 0 || taskIds?.size === 0 || levels?.length === 0) return null;
  const { minSeverity, severityIn, includeUnspecified } = filter;
  return {
    services: services.length === SERVICES.length ? null : services,
    taskIds,
    severity: levels === null ? null : { minSeverity, severityIn, includeUnspecified, levels },
  };
}

/** True if a line of this service and task may belong to the selection. */
export function selectsPlace({ services, taskIds }: Selection, service: JobService, taskId: string | null): boolean {
  if (services !== null && !services.includes(service)) return false;
  return taskIds === null || (taskId !== null && taskIds.has(taskId));
}

/**
 * True if a line belongs to the selection. Applied to every line, because the exact effect of the vendor's filters is
 * not known.
 */
export function selects(selection: Selection, service: JobService, taskId: string | null, severity: number): boolean {
  if (!selectsPlace(selection, service, taskId)) return false;
  return selection.severity === null || severityPasses(severity, selection.severity);
}

/** One query that returns every line that any of the selections wants. */
export function unionOf(selections: readonly Selection[]): LogQuery {
  const services = union(selections.map((selection) => selection.services));
  // The effect of a task filter on the other two services is unknown, so it is sent only if they are not wanted.
  const tasksOnly = services.length === 1 && services[0] === 'TASKRUNNER';
  return {
    services,
    taskIds: tasksOnly ? union(selections.map(({ taskIds }) => taskIds)) : [],
    levels: union(selections.map(({ severity }) => severity?.levels ?? null)),
  };
}

/** Empty, which means all, as soon as one of the lists is null. */
function union<T extends string>(lists: readonly (Iterable<T> | null)[]): readonly T[] {
  if (lists.includes(null)) return [];
  return [...new Set(lists.flatMap((list) => [...(list ?? [])]))].sort();
}

function both(one: string | undefined, list: readonly string[] | undefined): ReadonlySet<string> | null {
  if (one === undefined) return list === undefined ? null : new Set(list);
  return new Set(list === undefined || list.includes(one) ? [one] : []);
}
