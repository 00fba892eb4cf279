import type { SandboxReply } from '../types.ts';
import { LOG_FIELDS } from './fields.ts';
import { compileFilter, constantOf } from './rql-filter.ts';
import { parseQuery } from './rql-parser.ts';
import type { RqlExpression } from './rql-expression.ts';
import { compareBy, readOrder, readSelect } from './list-query.ts';
import type { ListParameters, OrderKey } from './list-query.ts';
import { listReply } from './list-reply.ts';
import type { StoredRow, RowSelection } from './log-store.ts';
import { permission } from './permission.ts';
import type { Sequence } from '../sequence.ts';
import { etaWriter } from './settings.ts';
import type { SoftwareOneSettings } from './settings.ts';
import { LOG_PROPERTIES, logOnTheWire } from './task-log.ts';
import type { SimulatedTask } from './tasks.ts';

/**
 * Answers a task's logs: newest first by default. Time bounds and orders by time cost nothing, even for a long log; any
 * other filter or order reads all remaining rows, once. Throws `QueryError`.
 */
export function listLogs(task: SimulatedTask, query: ListParameters, settings: SoftwareOneSettings): SandboxReply {
  const selected = readSelect(query.select, LOG_PROPERTIES, ['audit']);
  const resource = { ...settings, fields: LOG_FIELDS, permits: permission(settings.unfilterable, selected) };
  const expression = query.filter === null ? null : parseQuery(query.filter);
  // Compile the whole expression, so that an invalid part is refused even if the store would have handled it.
  if (expression !== null) compileFilter(expression, resource);
  const conditions = settings.ignoresFilters ? [] : conjunctionOf(expression);
  const rest = conditions.filter((condition) => boundOf(condition) === null);
  const predicates = rest.map((condition) => compileFilter(condition, resource));
  const keys = effectiveOrder(query, settings, permission(settings.unorderable, selected));
  const order = nativeOrder(keys);
  const show = (row: StoredRow): object => logOnTheWire(row, task, etaWriter(settings));
  const range = task.logs.select({
    ...timeBounds(conditions, settings),
    ...(order ?? { descending: true, tieById: false }),
  });
  let rows = range;
  if (predicates.length > 0 || order === null) {
    const question = JSON.stringify([task.logs.revision, task.status, query.filter, query.order, settings]);
    const kept = remembered(task, question, () => {
      const passing = indexesOf(range, (row) => predicates.every((passes) => passes(show(row))));
      if (order === null) passing.sort((a, b) => compareBy(keys, LOG_FIELDS, show(range.at(a)), show(range.at(b))));
      return passing;
    });
    rows = { length: kept.length, at: (index) => range.at(kept[index] ?? range.length) };
  }
  return listReply({ length: rows.length, at: (index) => show(rows.at(index)) }, query, LOG_PROPERTIES, settings);
}

function conjunctionOf(expression: RqlExpression | null): readonly RqlExpression[] {
  if (expression === null) return [];
  return expression.kind === 'and' ? expression.items.flatMap(conjunctionOf) : [expression];
}

function timeBounds(
  conditions: readonly RqlExpression[],
  { keptSince, excludesBounds }: SoftwareOneSettings,
): Pick<RowSelection, 'since' | 'upTo'> {
  const step = excludesBounds ? 1 : 0;
  let since = keptSince;
  let upTo = Infinity;
  for (const condition of conditions) {
    const bound = boundOf(condition);
    since = Math.max(since, (bound?.since ?? -Infinity) + step);
    upTo = Math.min(upTo, (bound?.upTo ?? Infinity) - step);
  }
  return { since, upTo };
}

/** The bound that a comparison of `timestamp` with a date sets; null for any other condition. */
function boundOf(condition: RqlExpression): Partial<Pick<RowSelection, 'since' | 'upTo'>> | null {
  if (condition.kind !== 'compare' || condition.left.kind !== 'word' || condition.left.text !== 'timestamp')
    return null;
  if (condition.right.kind !== 'word' || !condition.right.quoted) return null;
  const at = Number(constantOf(condition.right, 'timestamp', 'date'));
  switch (condition.operator) {
    case 'ge':
      return { since: at };
    case 'gt':
      return { since: at + 1 };
    case 'le':
      return { upTo: at };
    case 'lt':
      return { upTo: at - 1 };
    case 'eq':
      return { since: at, upTo: at };
    default:
      return null;
  }
}

const NEWEST_FIRST: readonly OrderKey[] = [{ path: 'timestamp', descending: true }];

function effectiveOrder(
  query: ListParameters,
  settings: SoftwareOneSettings,
  permits: (path: string) => boolean,
): readonly OrderKey[] {
  const keys = readOrder(query.order, LOG_FIELDS, permits);
  if (keys.length === 0 || settings.ignoresOrder) return NEWEST_FIRST;
  return settings.ignoresSecondOrder ? keys.slice(0, 1) : keys;
}

/** An order that the store supports: by time, or by time and then id in the same direction. Null: rows must be sorted. */
function nativeOrder(keys: readonly OrderKey[]): Pick<RowSelection, 'tieById' | 'descending'> | null {
  const [first, second] = keys;
  if (first?.path !== 'timestamp') return null;
  const { descending } = first;
  if (second === undefined) return { descending, tieById: false };
  return second.path === 'id' && second.descending === descending ? { descending, tieById: true } : null;
}

function indexesOf(rows: Sequence<StoredRow>, passes: (row: StoredRow) => boolean): number[] {
  const kept: number[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    if (passes(rows.at(index))) kept.push(index);
  }
  return kept;
}

const ANSWERS = new WeakMap<SimulatedTask, { readonly question: string; readonly kept: readonly number[] }>();

/** The rows of a task's last query, so that its next page does not read everything again. */
function remembered(task: SimulatedTask, question: string, find: () => readonly number[]): readonly number[] {
  const known = ANSWERS.get(task);
  if (known?.question === question) return known.kept;
  const kept = find();
  ANSWERS.set(task, { question, kept });
  return kept;
}
