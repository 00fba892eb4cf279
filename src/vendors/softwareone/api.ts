import type { Call } from '../../domain/call.ts';
import { countedBy } from '../../pagination/offset/page.ts';
import { readRun } from '../../pagination/offset/run.ts';
import { badResponse } from './context.ts';
import type { SourceContext } from './context.ts';
import { TASKS, TASKS_ROUTE } from './facts.ts';
import { writeQuery } from './rql.ts';
import type { ListQuery } from './rql.ts';
import { taskListWire, taskWire } from './wire.ts';
import type { TaskWire } from './wire.ts';

export type TaskQuery = Omit<ListQuery, 'select'>;

type TaskPage = Awaited<ReturnType<typeof fetchTasks>>;

/** Fetches one page of tasks. Their times are in the audit, which is omitted unless selected. */
export async function fetchTasks(context: SourceContext, query: TaskQuery, call: Call) {
  const asked = writeQuery({ ...query, select: 'audit' });
  const request = { method: 'GET' as const, path: TASKS, route: TASKS_ROUTE, query: asked };
  const { $meta, data, odd } = (await context.http.json(request, taskListWire, call)).data;
  if ($meta.offset !== null && $meta.offset !== query.offset) {
    throw badResponse(context, 'answered with another page of tasks than the one asked for');
  }
  for (const task of data) keepParent(context, task);
  return { tasks: data, odd, total: $meta.total, limit: $meta.limit };
}

/** Fetches one task. Throws NOT_FOUND if there is none. */
export async function fetchTask(context: SourceContext, id: string, call: Call): Promise<TaskWire> {
  const route = `${TASKS_ROUTE}/{task}`;
  const request = { method: 'GET' as const, path: [...TASKS, id], route, query: 'select=%2Baudit' };
  const task = (await context.http.json(request, taskWire, call)).data;
  keepParent(context, task);
  return task;
}

function keepParent({ parents }: SourceContext, { id, parent }: TaskWire): void {
  if (parent !== null) parents.set(id, parent.id);
}

/** A part of a list of tasks that was read. `more`: whether more tasks follow; null: only another call can tell. */
export type TaskRun = Awaited<ReturnType<typeof fetchTaskRun>>;

/**
 * Fetches `query.limit` tasks from `query.offset` on, in as many native pages as needed: the vendor may cap pages
 * silently.
 */
export async function fetchTaskRun(context: SourceContext, query: TaskQuery, call: Call) {
  const { pages, total, more } = await readRun<TaskPage>({
    source: context.http.source,
    offset: query.offset,
    want: () => query.limit,
    call,
    shown: context.taskRows.shownTo(call),
    fetch: (offset, limit, current) => fetchTasks(context, { ...query, limit, offset }, current),
    fitting: {
      size: context.taskRows,
      tooLarge: (row) => ({ tasks: [], odd: [{ ...row, index: 0 }], total: null, limit: null }),
    },
    look: ({ tasks, odd, ...facts }) => ({ ...facts, keys: [...tasks, ...odd].map(({ id }) => id) }),
  });
  const tasks = pages.flatMap((page) => page.tasks);
  const odd = pages.flatMap((page) => page.odd);
  const count = tasks.length + odd.length;
  return { tasks, odd, total: countedBy({ offset: query.offset, count, total }), more };
}
