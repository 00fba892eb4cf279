import type { LogScope } from '../../domain/log-entry.ts';
import { SEVERITY_FIELDS, severityPasses } from '../../domain/log-filter.ts';
import type { LogFilter, SeverityFilter } from '../../domain/log-filter.ts';
import { SERVICES } from './facts.ts';
import type { Level, Service } from './facts.ts';
import { levelsOf } from './severity.ts';

/** Which lines of a job a reader wants; null in a part: any. */
export interface Selection {
  readonly services: readonly Service[] | null;
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

/** What the reader of an answer applies to each line, whatever the vendor did. */
export const APPLIED: readonly (keyof LogFilter)[] = [...SEVERITY_FIELDS, 'attemptIn', 'stepIn', 'taskIn'];

/** What a scope and a filter select; null when no line can be among it. */
export function selectionOf(scope: LogScope, filter: LogFilter): Selection | null {
  // No line has an attempt, so none is in one.
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

/** Is a line at that place one of the selection, as far as its place decides? */
export function selectsPlace({ services, taskIds }: Selection, service: Service, taskId: string | null): boolean {
  if (services !== null && !services.includes(service)) return false;
  return taskIds === null || (taskId !== null && taskIds.has(taskId));
}

/** Is a line one of the selection? Asked of every line: what the vendor's own filters leave out exactly is not known. */
export function selects(selection: Selection, service: Service, taskId: string | null, severity: number): boolean {
  if (!selectsPlace(selection, service, taskId)) return false;
  return selection.severity === null || severityPasses(severity, selection.severity);
}

/** One query that gives every line that any of the selections wants. */
export function unionOf(selections: readonly Selection[]): LogQuery {
  const services = union(selections.map((selection) => selection.services));
  // What a task filter does to the other two services is not known: it is sent only when they are not wanted.
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
