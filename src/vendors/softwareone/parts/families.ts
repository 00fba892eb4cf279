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
 * All child tasks of a task, in no order, where those of all tasks that are asked about in one tick fit on
 * one native page: it can't be bounded for each of them. Null where they don't, or where the task is the
 * only one that is asked about: its children are then to be asked for by themselves.
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

/** Null where the source has more of them, or does not take the question. */
async function fetchFamily(
  context: SourceContext,
  query: Parameters<typeof fetchTaskRun>[1],
  call: Call,
): Promise<Children | null> {
  try {
    const { tasks, odd, more } = await fetchTaskRun(context, query, call);
    // Whose child an unreadable task is can't be known: each task is then asked about by itself.
    return more !== false || odd.length > 0 ? null : tasks;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.abilities.lose('tasks of parents');
    return null;
  }
}
