import type { Call } from '../../../domain/call.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Task } from '../../../domain/job.ts';
import type { LogScope } from '../../../domain/log-entry.ts';
import { comparePositions } from '../../../domain/ordered.ts';
import { offsetPartition } from '../../../pagination/offset/offset.ts';
import type { OffsetPage, OffsetRequest } from '../../../pagination/offset/page.ts';
import { endless, PageGuard, REPEATS } from '../../../pagination/core/page-guard.ts';
import type { Batch, Partition, ReadRequest, Unplaced } from '../../../pagination/core/partition.ts';
import { readOn } from '../../../pagination/core/read-on.ts';
import { wholeListPartition } from '../../../pagination/whole-list.ts';
import type { Ordered, UnreadableRow } from '../../../domain/ordered.ts';
import { noSuchTask, standInParts } from '../../shared/parts.ts';
import { withStandIns } from '../../shared/stand-ins.ts';
import { adaptively, isRefusal } from '../abilities.ts';
import type { Ability } from '../abilities.ts';
import { badResponse } from '../context.ts';
import type { SourceContext } from '../context.ts';
import { taskOf } from '../mapping.ts';
import { loadTask } from '../jobs/loader.ts';
import { childrenInFamily } from './families.ts';
import { canGoOn, OrderNotKept } from '../logs/order-not-kept.ts';
import { LARGEST_PAGE } from '../facts.ts';
import { isTaskId } from '../keys.ts';
import { equal } from '../rql.ts';
import type { Condition } from '../rql.ts';
import { fetchTaskRun, fetchTasks } from '../api.ts';
import type { TaskWire } from '../wire.ts';

/** The most tasks that are searched for the parts of one task if the vendor does not filter by parent. */
const MOST_TASKS = 20 * LARGEST_PAGE;

/**
 * The child tasks of a task, oldest first. They are paged if the vendor filters by parent and orders by age, which is
 * assumed until an answer shows otherwise; else they are listed as a whole.
 */
export function childTasks(context: SourceContext, parent: string): Partition<Task> {
  const condition = isTaskId(parent) ? equal('parent.id', parent) : null;
  if (condition === null) return wholeListPartition('', () => Promise.resolve([]));
  const paged = pagedChildren(context, parent, condition);
  const whole = wholeListPartition('', (call) => listChildren(context, parent, condition, call));
  const best = (): Partition<Task> => (PAGED.every((ability) => context.abilities.can(ability)) ? paged : whole);
  const family = async (call: Call): Promise<Partition<Task> | null> => {
    const children = await childrenInFamily(context, parent, call);
    return children === null ? null : wholeListPartition('', () => Promise.resolve(children.map(taskOf)));
  };
  return {
    key: '',
    async *read(request, call) {
      const known = await family(call);
      yield* known === null ? read(context, best, request, call) : known.read(request, call);
    },
    async count(call) {
      const known = await family(call);
      if (known !== null) return known.count(call);
      const losses = context.abilities.losses;
      try {
        return await best().count(call);
      } catch (error) {
        if (!canGoOn(error, context.abilities, losses, true)) throw error;
        return whole.count(call);
      }
    },
  };
}

/** The log of a task. Null unless the task is a child of the job, because other tasks' logs do not belong to the job. */
export function logOfChild<T extends Ordered>(
  context: SourceContext,
  { job, task }: LogScope,
  log: Partition<T>,
): Partition<T> {
  if (task === undefined) return log;
  const check = async (call: Call): Promise<void> => {
    const parent = context.parents.get(task) ?? (await loadTask(context, task, call))?.parent?.id;
    if (parent !== job) throw noSuchTask(context.http.source);
  };
  return {
    key: log.key,
    async *read(request, call) {
      await check(call);
      yield* log.read(request, call);
    },
    async count(call) {
      await check(call);
      return log.count(call);
    },
  };
}

const PAGED: readonly Ability[] = ['tasks of a parent', 'tasks by age'];

function read(
  { abilities }: SourceContext,
  best: () => Partition<Task>,
  request: ReadRequest<Task>,
  call: Call,
): AsyncGenerator<Batch<Task>, void, undefined> {
  let { losses } = abilities;
  return readOn(
    request,
    (again) => {
      ({ losses } = abilities);
      return best().read(again, call);
    },
    (error, isClean) => canGoOn(error, abilities, losses, isClean),
  );
}

function pagedChildren(context: SourceContext, parent: string, condition: Condition): Partition<Task> {
  return offsetPartition<Task>({
    key: '',
    source: context.http.source,
    size: context.sizes.of(`tasks of ${parent}`, context.taskRows.shown),
    identity: { by: 'id', of: (task) => task.key },
    orders: ['ascending', 'descending'],
    tieOrdered: () => true,
    timeFilter: () => false,
    fetch: (request, call) => fetchChildren(context, parent, condition, request, call),
  });
}

async function fetchChildren(
  context: SourceContext,
  parent: string,
  condition: Condition,
  { order, limit, offset }: OffsetRequest,
  call: Call,
): Promise<OffsetPage<Task>> {
  const paths = ['audit.created.at', 'id'].map((path) => (order === 'ascending' ? path : `-${path}`));
  const query = { filter: [condition], order: paths.join(','), limit, offset };
  const page = await fetchTasks(context, query, call).catch((error: unknown) => {
    if (isRefusal(error)) context.abilities.blame(error, PAGED);
    throw error;
  });
  if (page.tasks.some((task) => task.parent?.id !== parent)) {
    context.abilities.lose('tasks of a parent');
    throw badResponse(context, 'does not filter tasks by their parent');
  }
  const readRows = page.tasks.map(taskOf);
  const sign = order === 'ascending' ? 1 : -1;
  if (readRows.some((row, index) => index > 0 && comparePositions(readRows[index - 1] ?? row, row) * sign > 0)) {
    throw new OrderNotKept(context.http.source, 'tasks by age');
  }
  const size = page.tasks.length + page.odd.length;
  const rows = withStandIns<Unplaced<Task>>(
    { data: readRows, odd: page.odd },
    {
      source: context.http.source,
      order,
      isLast: page.total === null ? size < limit : offset + size >= page.total,
      idOf: (task) => task.key,
      standIn: standInTask,
    },
  );
  return { rows, total: page.total, limit: page.limit };
}

/** All child tasks. Fails with SOURCE_TRUNCATED if finding them means searching too many other tasks. */
async function listChildren(
  context: SourceContext,
  parent: string,
  condition: Condition,
  call: Call,
): Promise<readonly Task[]> {
  const isChild = (task: TaskWire): boolean => task.parent?.id === parent;
  return adaptively(context.abilities, ['tasks of a parent'], async (can) => {
    const filter = can('tasks of a parent') ? [condition] : [];
    const found: Task[] = [];
    const guard = new PageGuard();
    for (let offset = 0; ;) {
      const run = await fetchTaskRun(context, { filter, order: null, limit: context.pageSize, offset }, call);
      found.push(...run.tasks.filter(isChild).map(taskOf), ...standInParts(run.odd));
      offset += run.tasks.length + run.odd.length;
      if (run.more === false) return found;
      if (!guard.isNew([...run.tasks, ...run.odd].map(({ id }) => id))) throw endless(context.http.source, REPEATS);
      const isFiltered = filter.length > 0 && run.tasks.every(isChild);
      if (!isFiltered && offset >= MOST_TASKS) throw tooMany(context);
    }
  });
}

function standInTask(time: bigint, key: string, unreadable: UnreadableRow): Unplaced<Task> {
  const [part] = standInParts([unreadable]);
  return { ...part, time, key } as Unplaced<Task>;
}

function tooMany({ http: { source } }: SourceContext): TributaryError {
  const message = `${source}: the source does not filter tasks by their parent, and has too many to look through`;
  return new TributaryError('SOURCE_TRUNCATED', message, { source });
}
