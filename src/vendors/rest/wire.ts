import type { LogRow } from '../shared/entries.ts';
import type { Job } from '../../domain/job.ts';
import type { JsonObject } from '../../domain/json.ts';
import { inferSeverity } from '../../domain/infer-severity.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Severity } from '../../domain/severity.ts';
import { described, Mismatch } from '../../http/body/mismatch.ts';
import type { Unplaced } from '../../pagination/core/partition.ts';
import { identified, rowsOf } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import { refuseFailures, WordsBesideRows } from '../shared/error-words.ts';
import { countOf, fieldsOf, flagOf, idOf, instantOf, isFields, jsonOf, present, textOf } from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';
import { severityTable, statusTable } from './facts.ts';
import { keyOf } from './keys.ts';
import type { DescribedJobs, DescribedLogs } from './options.ts';
import { orderedId } from './description/ordered-id.ts';
import { firstAt, isSingular, pathOf, valueAt, valuesAt } from './description/paths.ts';
import type { JsonPath } from './description/paths.ts';
import { timeReader } from './description/times.ts';

/** Reads answers by the paths in the configuration. */

/** A native page, and the statements of its answer. */
export interface WirePage<T> extends Rows<T> {
  readonly total: number | null;
  readonly more: boolean | null;
  /** The token of the next page, or a URL that contains it; null: there is none. */
  readonly next: string | null;
}

/** The paths of rows and statements on a page. */
export interface PagePaths {
  /** The configuration key of the rows' path. */
  readonly key: 'jobs.list.items' | 'logs.items';
  readonly items: string | readonly string[];
  readonly total?: string | undefined;
  readonly more?: string | undefined;
  readonly next?: string | undefined;
}

/** Creates a decoder of pages. Create it once: calls share an answer only if they share its decoder. */
export function pageDecoder<T>(paths: PagePaths, read: (row: Fields) => T): (body: unknown) => WirePage<T> {
  const items = listOf(paths.items);
  const [total, more, next] = [paths.total, paths.more, paths.next].map((path) =>
    path === undefined ? null : pathOf(path),
  );
  const words = new WordsBesideRows();
  const at = (body: unknown, path: JsonPath | null | undefined): unknown => (path ? valueAt(body, path) : undefined);
  return (body) => {
    return {
      ...rowsBesideWords(body, words, () =>
        rowsOf(itemsIn(body, items, paths.key), items.length === 1 ? (items[0]?.text ?? '') : 'rows', read),
      ),
      total: countOf(at(body, total)),
      more: flagOf(at(body, more)),
      next: tokenOf(at(body, next)),
    };
  };
}

/**
 * The rows, whatever words stand beside them: a page of a job's lines may say that the job has failed. Without a
 * readable row, such words tell why there is none.
 */
function rowsBesideWords<T>(body: unknown, words: WordsBesideRows, read: () => Rows<T>): Rows<T> {
  let rows: Rows<T>;
  try {
    rows = read();
  } catch (error) {
    if (error instanceof Mismatch && isFields(body)) refuseFailures(body);
    throw error;
  }
  if (isFields(body)) words.judge(body, rows.data.length > 0);
  return rows;
}

interface NamedPath {
  readonly text: string;
  readonly path: JsonPath;
}

function listOf(texts: string | readonly string[]): readonly NamedPath[] {
  return [texts].flat().map((text) => ({ text: text === '$' ? '' : text, path: pathOf(text) }));
}

/** The rows of all lists. A single singular path must lead to a list; of several paths, at least one must exist. */
function itemsIn(body: unknown, items: readonly NamedPath[], key: string): readonly unknown[] {
  const [only, ...others] = items;
  if (only !== undefined && others.length === 0 && isSingular(only.path))
    return arrayOf(valueAt(body, only.path), only.text, body, key);
  fieldsOf(body);
  const isThere = items.some(({ path }) => valueAt(body, stemOf(path)) !== undefined);
  if (!isThere) throw noList(undefined, items.map(({ text }) => text).join(' or '), body, key);
  return items.flatMap(({ path, text }) =>
    valuesAt(body, path).flatMap((list) => (list === null ? [] : arrayOf(list, text, body, key))),
  );
}

/** The part of a path before its first wildcard. It must exist; what the wildcards match may be empty. */
function stemOf(path: JsonPath): JsonPath {
  const wildcard = path.indexOf(null);
  return wildcard === -1 ? path : path.slice(0, wildcard);
}

function arrayOf(value: unknown, path: string, body: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw noList(value, path, body, key);
}

function noList(value: unknown, path: string, body: unknown, key: string): Mismatch {
  return new Mismatch(path, `expected an array (${key}), got ${described(value)}`, membersOf(body));
}

/** Most names of members in a message, and the longest such name. */
const MOST_MEMBERS = 20;
const LONGEST_NAME = 60;

/** The names of an answer's members and of their members, never values. */
export function membersOf(body: unknown): readonly string[] {
  if (!isFields(body)) return [];
  const names = Object.keys(body)
    .slice(0, MOST_MEMBERS)
    .flatMap((name) => {
      const member = body[name];
      const inner = isFields(member) ? Object.keys(member).slice(0, MOST_MEMBERS) : [];
      return inner.length === 0 ? [name] : inner.map((each) => `${name}.${each}`);
    });
  return names.slice(0, MOST_MEMBERS).map((name) => name.slice(0, LONGEST_NAME));
}

/** Creates a reader of a field: the first path with a value counts. */
function fieldAt(paths: string | readonly string[] | undefined): (row: Fields) => unknown {
  const parsed = paths === undefined ? [] : [paths].flat().map(pathOf);
  return (row) => firstAt(row, parsed);
}

function attributesAt(attributes: Readonly<Record<string, string>>): (row: Fields) => JsonObject | null {
  const paths = Object.entries(attributes).map(([name, path]) => [name, pathOf(path)] as const);
  if (paths.length === 0) return () => null;
  return (row) => present(Object.fromEntries(paths.map(([name, path]) => [name, jsonOf(valueAt(row, path))])));
}

/** Creates a reader of job rows. */
export function jobReader(options: DescribedJobs, source: string): (row: Fields) => Job {
  const names = [options.key].flat();
  const keys = names.map(pathOf);
  const [name, status] = [fieldAt(options.name), fieldAt(options.status)];
  const [created, started, finished] = [options.createdAt, options.startedAt, options.finishedAt].map(fieldAt);
  const statusOf = statusTable(options.statuses);
  const attributes = attributesAt(options.attributes);
  const timeAt = (row: Fields, at: typeof created): string | null => instantOf(at?.(row))?.text ?? null;
  return (row) => {
    const key = keyOf(row, keys, names);
    const nativeStatus = textOf(status(row));
    return {
      source,
      key,
      name: textOf(name(row)) ?? key,
      status: statusOf(nativeStatus),
      nativeStatus,
      createdAt: timeAt(row, created),
      startedAt: timeAt(row, started),
      finishedAt: timeAt(row, finished),
      attributes: attributes(row),
    };
  };
}

/** Creates a reader of line rows. A row needs its time, and its id if rows have ids. */
export function lineReader(options: DescribedLogs): (row: Fields) => Unplaced<LogRow> {
  const [id, time, message] = [fieldAt(options.id), fieldAt(options.time), fieldAt(options.message)];
  const severityOf = severityReader(options);
  const attributes = attributesAt(options.attributes);
  const readTime = timeReader(options.timeFormat);
  const expected = options.timeFormat === 'date-time' ? 'a date-time' : `a number of ${options.timeFormat}`;
  const [noTime, otherTime] = [`${expected} (logs.time)`, `${expected} (logs.time, logs.timeFormat)`];
  const required = <T>(
    value: unknown,
    read: (value: unknown) => T | null,
    what: string,
    paths: string | readonly string[],
  ): T => {
    const found = read(value);
    if (found === null) throw Mismatch.of(value, what, [paths].flat().join(' or '));
    return found;
  };
  const { id: idPaths } = options;
  const givenId =
    idPaths === undefined ? () => '' : (row: Fields) => required(id(row), orderedIdOf, 'an id (logs.id)', idPaths);
  return (row) => {
    const value = time(row);
    const instant = required(value, readTime, value === undefined || value === null ? noTime : otherTime, options.time);
    const text = textOf(message(row)) ?? '';
    return {
      logId: identified(instant.nanoseconds, row, givenId),
      time: instant.nanoseconds,
      timestamp: instant.text,
      severity: severityOf(row, text),
      message: text,
      exceptions: [],
      attributes: attributes(row),
      attemptKey: null,
      stepKey: null,
      taskKey: null,
    };
  };
}

/** A token of any length: `idOf` bounds that of ids. */
function tokenOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : idOf(value);
}

function orderedIdOf(value: unknown): string | null {
  const id = idOf(value);
  return id === null ? null : orderedId(id);
}

function severityReader({ severity, severities }: DescribedLogs): (row: Fields, message: string) => Severity {
  if (severity === undefined) return (_row, message) => inferSeverity(message);
  const at = fieldAt(severity);
  const numberOf = severityTable(severities);
  return (row) => {
    const text = textOf(at(row));
    return text === null || text === '' ? NO_SEVERITY : { number: numberOf(text), text, source: 'VENDOR' };
  };
}
