import DataLoader from 'dataloader';
import type { Call } from '../../../domain/call.ts';
import { asError, hasCode, nullIfNotFound } from '../../../domain/errors.ts';
import { adaptively, isRefusal } from '../abilities.ts';
import type { SourceContext } from '../context.ts';
import { LARGEST_PAGE } from '../facts.ts';
import { isTaskId } from '../keys.ts';
import { isIn } from '../rql.ts';
import { fetchTask, fetchTaskRun } from '../api.ts';
import type { TaskWire } from '../wire.ts';

export type Loaded = TaskWire | null | Error;

/**
 * Loads tasks by id, with one call for up to 100 of them. The result is the task, null if there is none, or the error of
 * the tasks that were requested together. Keys that cannot be ids are not requested.
 */
export async function loadTasks(
  context: SourceContext,
  keys: readonly string[],
  call: Call,
): Promise<readonly Loaded[]> {
  const ids = [...new Set(keys)].filter(isTaskId);
  const found = new Map<string, Loaded>();
  await Promise.all(
    chunksOf(ids, LARGEST_PAGE).map(async (chunk) => {
      for (const [id, loaded] of await loadChunk(context, chunk, call)) found.set(id, loaded);
    }),
  );
  return keys.map((key) => found.get(key) ?? null);
}

/** Loads all tasks requested in one tick together. Nothing is cached, because a poll must see changes. */
export function loadTask(context: SourceContext, key: string, call: Call): Promise<TaskWire | null> {
  const loader = call.scoped(context, 'tasks', () => {
    const load = (keys: readonly string[]): Promise<readonly Loaded[]> => loadTasks(context, keys, call);
    return new DataLoader<string, TaskWire | null>(load, { cache: false });
  });
  return loader.load(key);
}

async function loadChunk(
  context: SourceContext,
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, Loaded>> {
  try {
    return await adaptively(context.abilities, ['tasks of ids'], async (can) => {
      const together = can('tasks of ids') ? await loadTogether(context, ids, call) : null;
      return together ?? (await loadOneByOne(context, ids, call));
    });
  } catch (error) {
    const failure = asError(error);
    return new Map(ids.map((id) => [id, failure]));
  }
}

/** Null: the vendor answered with other tasks than those requested, or with a list that contradicts itself. */
async function loadTogether(
  context: SourceContext,
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, Loaded> | null> {
  const condition = isIn('id', ids);
  if (condition === null) return null;
  const query = { filter: [condition], order: null, limit: ids.length, offset: 0 };
  const run = await fetchTaskRun(context, query, call).catch((error: unknown) => {
    if (hasCode(error, 'SOURCE_BAD_RESPONSE') && !isRefusal(error)) return null;
    throw error;
  });
  if (run === null) return null;
  const { tasks, odd } = run;
  const wanted = new Set(ids);
  if (tasks.some(({ id }) => !wanted.has(id))) {
    context.abilities.lose('tasks of ids');
    return null;
  }
  const found = new Map<string, Loaded>(tasks.map((task) => [task.id, task]));
  // A list of one task can't be cut short.
  if (odd.length === 0 && ids.length === 1) return found;
  // Only a single read tells why one is missing: a list may be cut short without saying so, or have an unreadable row.
  const missing = await loadOneByOne(
    context,
    ids.filter((id) => !found.has(id)),
    call,
  );
  return new Map([...found, ...missing]);
}

async function loadOneByOne(
  context: SourceContext,
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, Loaded>> {
  const load = (id: string): Promise<Loaded> => fetchTask(context, id, call).catch(nullIfNotFound).catch(asError);
  return new Map(await Promise.all(ids.map(async (id) => [id, await load(id)] as const)));
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
