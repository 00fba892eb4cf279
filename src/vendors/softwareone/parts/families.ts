import DataLoader from 'dataloader';
import type { Call } from '../../../domain/call.ts';
import { isRefusal } from '../abilities.ts';
import type { SourceContext } from '../context.ts';
import { LARGEST_PAGE } from '../facts.ts';
import { isIn } from '../rql.ts';
import { fetchTaskRun } from '../api.ts';
import type { TaskWire } from '../wire.ts';

type Children = readonly TaskWire[];

/**
 * Loads the child tasks of a task, unordered, together with those of all other tasks requested in the same tick. Null
 * if all of them do not fit on one native page (the page cannot be limited per task), or if no other task was requested:
 * then the caller requests the task's children by themselves.
 */
export function childrenInFamily(context: SourceContext, parent: string, call: Call): Promise<Children | null> {
  const families = call.scoped(
    context,
    'families',
    () =>
      new DataLoader<string, Children | null>((parents) => loadFamilies(context, parents, call), {
        maxBatchSize: LARGEST_PAGE,
      }),
  );
  return families.load(parent);
}

async function loadFamilies(
  context: SourceContext,
  parents: readonly string[],
  call: Call,
): Promise<readonly (Children | null)[]> {
  const apart = parents.map(() => null);
  const condition = parents.length < 2 ? null : isIn('parent.id', parents);
  if (condition === null || !context.abilities.can('tasks of parents')) return apart;
  const children = await fetchFamily(
    context,
    { filter: [condition], order: null, limit: LARGEST_PAGE, offset: 0 },
    call,
  );
  if (children === null) return apart;
  const families = new Map<string, TaskWire[]>(parents.map((parent) => [parent, []]));
  for (const child of children) {
    const family = families.get(child.parent?.id ?? '');
    if (family === undefined) {
      context.abilities.lose('tasks of parents');
      return apart;
    }
    family.push(child);
  }
  return parents.map((parent) => families.get(parent) ?? null);
}

/** Null if the source has more of them, or refuses the query. */
async function fetchFamily(
  context: SourceContext,
  query: Parameters<typeof fetchTaskRun>[1],
  call: Call,
): Promise<Children | null> {
  try {
    const { tasks, odd, more } = await fetchTaskRun(context, query, call);
    // The parent of an unreadable task is unknown, so each task's children are requested by themselves.
    return more !== false || odd.length > 0 ? null : tasks;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.abilities.lose('tasks of parents');
    return null;
  }
}
