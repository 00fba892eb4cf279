import type { Call } from '../../domain/call.ts';
import { badResponse } from './context.ts';
import type { SourceContext } from './context.ts';
import { TASKS } from './paths.ts';
import { writeQuery } from './rql.ts';
import type { ListQuery } from './rql.ts';
import { taskListWire, taskWire } from './wire.ts';
import type { TaskWire } from './wire.ts';

/** One native page of tasks. */
export interface TaskPage {
  readonly tasks: readonly TaskWire[];
  readonly total: number | null;
  /** The page size that the vendor really used, where it says so. */
  readonly limit: number | null;
}

export type TaskQuery = Omit<ListQuery, 'select'>;

/** Asks for one page of tasks. Their times stand in the audit, which is left out unless it is selected. */
export async function fetchTasks(context: SourceContext, query: TaskQuery, call: Call): Promise<TaskPage> {
  const request = { method: 'GET' as const, path: TASKS, query: writeQuery({ ...query, select: 'audit' }) };
  const { $meta, data } = (await context.http.json(request, taskListWire, call)).data;
  if ($meta.offset !== null && $meta.offset !== query.offset) {
    throw badResponse(context, 'answered with another page of tasks than the one asked for');
  }
  return { tasks: data, total: $meta.total, limit: $meta.limit };
}

/** Asks for one task. Throws NOT_FOUND when there is none. */
export async function fetchTask(context: SourceContext, id: string, call: Call): Promise<TaskWire> {
  const request = { method: 'GET' as const, path: [...TASKS, id], query: 'select=%2Baudit' };
  return (await context.http.json(request, taskWire, call)).data;
}

/** Where a list of tasks has been read to. */
export interface TaskRun {
  readonly tasks: readonly TaskWire[];
  readonly total: number | null;
  /** Is there more after these? */
  readonly more: boolean;
}

/**
 * Asks for `query.limit` tasks from `query.offset` on, in as many native pages as the vendor makes of
 * them: it may cap a page without a word but for the limit that it echoes.
 */
export async function fetchTaskRun(context: SourceContext, query: TaskQuery, call: Call): Promise<TaskRun> {
  const tasks: TaskWire[] = [];
  for (;;) {
    const left = query.limit - tasks.length;
    const page = await fetchTasks(context, { ...query, limit: left, offset: query.offset + tasks.length }, call);
    tasks.push(...page.tasks);
    const isFull = page.tasks.length > 0 && page.tasks.length >= Math.min(left, page.limit ?? left);
    const read = query.offset + tasks.length;
    const more = page.total === null ? isFull : page.tasks.length > 0 && read < page.total;
    if (!more || tasks.length >= query.limit) return { tasks, total: page.total, more };
  }
}
