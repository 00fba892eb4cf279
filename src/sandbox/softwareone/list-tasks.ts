import type { SandboxReply } from '../types.ts';
import { TASK_FIELDS } from './fields.ts';
import { compileFilter } from './rql-filter.ts';
import { parseQuery } from './rql-parser.ts';
import { compareBy, readOrder, readSelect } from './list-query.ts';
import type { ListParameters } from './list-query.ts';
import { listReply } from './list-reply.ts';
import { permission } from './permission.ts';
import { etaWriter } from './settings.ts';
import type { SoftwareOneSettings } from './settings.ts';
import { TASK_PROPERTIES, taskOnTheWire } from './tasks.ts';
import type { SimulatedTask } from './tasks.ts';

/** Answers the list of tasks, by default in the order of their creation. Throws `QueryError`. */
export function listTasks(
  tasks: Iterable<SimulatedTask>,
  query: ListParameters,
  settings: SoftwareOneSettings,
): SandboxReply {
  const selected = readSelect(query.select, TASK_PROPERTIES, ['audit']);
  const permits = permission(settings.unfilterableTasks, selected);
  const resource = { ...settings, fields: TASK_FIELDS, permits };
  const passes = query.filter === null ? null : compileFilter(parseQuery(query.filter), resource);
  const keys = readOrder(query.order, TASK_FIELDS, permission(settings.unorderableTasks, selected));
  let rows = [...tasks].map((task) => taskOnTheWire(task, etaWriter(settings)));
  if (passes !== null && !settings.ignoresFilters) rows = rows.filter(passes);
  if (!settings.ignoresOrder) rows.sort((a, b) => compareBy(keys, TASK_FIELDS, a, b));
  const list = { length: rows.length, at: (index: number): object => rows[index] ?? {} };
  return listReply(list, query, TASK_PROPERTIES, settings);
}
