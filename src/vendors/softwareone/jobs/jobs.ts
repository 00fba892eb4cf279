import type { Call } from '../../../domain/call.ts';
import type { JobFilter, JobPage } from '../../connector.ts';
import { unreadableOf } from '../../shared/rows.ts';
import { adaptively } from '../abilities.ts';
import type { Ability } from '../abilities.ts';
import type { SourceContext } from '../context.ts';
import { matchesJobFilter, matchesNothing, nameCondition, statusCondition } from './filter.ts';
import { jobOf } from '../mapping.ts';
import { isNull } from '../rql.ts';
import type { Condition } from '../rql.ts';
import { fetchTaskRun } from '../api.ts';
import type { TaskRun } from '../api.ts';

/** Newest first; the id makes the order of tasks with equal times definite. */
const NEWEST_FIRST = '-audit.created.at,-id';

/** Consecutive tasks of a list, and which parts of the filter the vendor applied. */
interface TaskAnswer {
  readonly run: TaskRun;
  readonly asked: ReadonlySet<Ability>;
}

/** Which tasks to read, and from which offset. */
interface TaskQuestion {
  readonly filter: JobFilter;
  readonly offset: number;
  readonly limit: number;
}

/**
 * One page of the tasks that have no parent. Filtering for "no parent" is not documented, so answers are checked: child
 * tasks are left out here, an empty list is requested again without that filter, and a total is reported only if it
 * does not count child tasks.
 */
export async function listJobs(context: SourceContext, page: number, filter: JobFilter, call: Call): Promise<JobPage> {
  if (matchesNothing(filter)) return { jobs: [], more: false, total: 0, filtered: true };
  const limit = context.pageSize;
  const question = { filter, offset: page * limit, limit };
  const { run, asked } = await askForRoots(context, question, call);
  const roots = run.tasks.filter((task) => task.parent === null);
  const matching = roots.filter((task) => matchesJobFilter(task, filter));
  const countsRoots = asked.has('tasks without parent') && roots.length === run.tasks.length;
  const isWhole = page === 0 && run.more === false;
  return {
    jobs: roots.map((task) => jobOf(task, context.http.source)),
    parts: run.tasks.filter((task) => task.parent !== null).map((task) => jobOf(task, context.http.source)),
    more: run.more,
    total: countsRoots ? run.total : isWhole ? matching.length : null,
    filtered: isWhole || (wasAsked(asked, filter) && matching.length === roots.length),
    unreadable: unreadableOf(run.odd),
  };
}

/** The number of jobs, from a page of one row; null if the vendor does not return it. */
export async function countJobs(context: SourceContext, call: Call): Promise<number | null> {
  const { run, asked } = await ask(context, { filter: {}, offset: 0, limit: 1 }, call);
  const countsRoots = asked.has('tasks without parent') && run.tasks.every((task) => task.parent === null);
  return countsRoots ? run.total : null;
}

async function askForRoots(context: SourceContext, question: TaskQuestion, call: Call): Promise<TaskAnswer> {
  const { abilities } = context;
  const answer = await ask(context, question, call);
  if (!answer.asked.has('tasks without parent')) return answer;
  const { tasks } = answer.run;
  if (tasks.some((task) => task.parent !== null)) abilities.lose('tasks without parent');
  else if (tasks.length > 0) abilities.prove('tasks without parent');
  else if (question.offset === 0 && !abilities.isProven('tasks without parent')) {
    const unfiltered = await ask(context, question, call, ['tasks without parent']);
    if (!unfiltered.run.tasks.some((task) => task.parent === null)) return answer;
    abilities.lose('tasks without parent');
    return unfiltered;
  }
  return answer;
}

async function ask(
  context: SourceContext,
  { filter, offset, limit }: TaskQuestion,
  call: Call,
  without: readonly Ability[] = [],
): Promise<TaskAnswer> {
  const parts: readonly (readonly [Ability, Condition | null])[] = [
    ['tasks without parent', isNull('parent.id')],
    ['tasks of statuses', statusCondition(filter)],
    ['tasks of a name', nameCondition(filter)],
  ];
  const usable = parts.filter(([ability, condition]) => condition !== null && !without.includes(ability));
  const wanted: readonly Ability[] = ['tasks by age', ...usable.map(([ability]) => ability)];
  return adaptively(context.abilities, wanted, async (can) => {
    const conditions = usable.filter(([ability]) => can(ability));
    const query = {
      filter: conditions.map(([, condition]) => condition).filter((condition) => condition !== null),
      order: can('tasks by age') ? NEWEST_FIRST : null,
      limit,
      offset,
    };
    const run = await fetchTaskRun(context, query, call);
    return { run, asked: new Set(conditions.map(([ability]) => ability)) };
  });
}

/** True if the vendor was given every part of the filter. */
function wasAsked(asked: ReadonlySet<Ability>, filter: JobFilter): boolean {
  const needsStatus = statusCondition(filter) !== null;
  return (
    (!needsStatus || asked.has('tasks of statuses')) &&
    (filter.nameContains === undefined || asked.has('tasks of a name'))
  );
}
