import { formatInstant } from '../../domain/time.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { containerOf, levelOf, taskOfGroup } from './lines.ts';
import type { LineGroup, LineStore } from './line-store.ts';

/** The query of POST /logs; empty lists mean all. */
export interface LogsRequest {
  readonly taskIds: readonly string[];
  readonly levels: readonly string[];
  readonly services: readonly string[];
}

const PART_LENGTH = 64 * 1024;

/** The answer of POST /logs in parts, generated while it is sent, so that the lines are never all in memory. */
export async function* logAnswer(
  store: LineStore,
  query: LogsRequest,
  dialect: ByteNiteDialect,
): AsyncGenerator<string, void, undefined> {
  let text = '';
  for (const piece of pieces(store, query, dialect)) {
    text += piece;
    if (text.length < PART_LENGTH) continue;
    yield text;
    text = '';
    // Let other requests run between two parts.
    await Promise.resolve();
  }
  yield text;
}

function* pieces(store: LineStore, query: LogsRequest, dialect: ByteNiteDialect): Generator<string, void, undefined> {
  const wanted = store.groups().filter(({ name }) => isWanted(name, query, dialect));
  let separator = '{';
  for (const service of ['partitioner', 'assembler'] as const) {
    const group = wanted.find(({ name }) => name === service.toUpperCase());
    if (group === undefined) {
      if (dialect.emptyGroups === 'missing') continue;
      yield `${separator}"${service}":${dialect.emptyGroups === 'null' ? 'null' : '[]'}`;
    } else {
      yield `${separator}"${service}":`;
      yield* list(store, group, query, dialect);
    }
    separator = ',';
  }
  const tasks = wanted.filter(({ name }) => taskOfGroup(name) !== null);
  if (tasks.length > 0 || dialect.emptyGroups !== 'missing') {
    yield `${separator}"taskrunner":`;
    separator = ',';
    if (tasks.length === 0) yield dialect.emptyGroups === 'null' ? 'null' : '{}';
    else yield* taskGroups(store, tasks, query, dialect);
  }
  yield separator === '{' ? '{}' : '}';
}

function* taskGroups(
  store: LineStore,
  groups: readonly LineGroup[],
  query: LogsRequest,
  dialect: ByteNiteDialect,
): Generator<string, void, undefined> {
  let separator = '{';
  for (const group of groups) {
    yield `${separator}${JSON.stringify(taskOfGroup(group.name))}:{"logs":`;
    yield* list(store, group, query, dialect);
    yield '}';
    separator = ',';
  }
  yield '}';
}

function* list(
  store: LineStore,
  group: LineGroup,
  query: LogsRequest,
  dialect: ByteNiteDialect,
): Generator<string, void, undefined> {
  yield '[';
  let separator = '';
  for (const index of inOrder(store, group.indexes, dialect)) {
    const line = store.line(index);
    if (dialect.keptSince !== null && line.time < dialect.keptSince) continue;
    const level = levelOf(line);
    if (query.levels.length > 0 && !query.levels.includes(level)) continue;
    const instance = {
      log: line.message,
      timestamp: formatInstant(line.time),
      ...(dialect.omitUnknownLevel && level === 'UNKNOWN' ? {} : { level }),
      container: containerOf(line),
    };
    yield separator + JSON.stringify(instance);
    separator = ',';
  }
  yield ']';
}

function isWanted(group: string, query: LogsRequest, dialect: ByteNiteDialect): boolean {
  const task = taskOfGroup(group);
  const service = task === null ? group : 'TASKRUNNER';
  if (query.services.length > 0 && !query.services.includes(service)) return false;
  if (query.taskIds.length === 0) return true;
  return task === null ? !dialect.taskIdsHideOtherServices : query.taskIds.includes(task);
}

function inOrder(store: LineStore, indexes: Uint32Array, dialect: ByteNiteDialect): Iterable<number> {
  const sorted = store.sorted ? indexes : sortByTime(store, indexes);
  const kept = dialect.cap === null ? sorted : sorted.subarray(Math.max(0, sorted.length - dialect.cap));
  if (dialect.order === 'ascending') return kept;
  return dialect.order === 'descending' ? backwards(kept) : shuffled(kept);
}

function sortByTime(store: LineStore, indexes: Uint32Array): Uint32Array {
  const times = new Map(Array.from(indexes, (index) => [index, store.line(index).time]));
  return indexes.toSorted((a, b) => {
    const [left = 0n, right = 0n] = [times.get(a), times.get(b)];
    return left < right ? -1 : Number(left > right);
  });
}

function* backwards(indexes: Uint32Array): Generator<number, void, undefined> {
  for (let at = indexes.length - 1; at >= 0; at -= 1) yield indexes[at] ?? 0;
}

/** Steps through all indexes with a stride coprime to their number: always the same disorder. */
function* shuffled(indexes: Uint32Array): Generator<number, void, undefined> {
  const { length } = indexes;
  let stride = Math.max(1, Math.floor(length * 0.618));
  while (length > 0 && greatestCommonDivisor(stride, length) !== 1) stride += 1;
  for (let step = 0, at = 0; step < length; step += 1, at = (at + stride) % length) yield indexes[at] ?? 0;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
