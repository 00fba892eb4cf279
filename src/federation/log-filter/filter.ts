import { shownText } from '../../domain/ansi.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { severityPasses } from '../../domain/log-filter.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { LogReading } from '../../vendors/connector.ts';
import type { LineFilter } from '../api.ts';
import { badInput } from '../arguments.ts';
import { expressions } from './expression.ts';

/** Longest list that a field of a filter takes. */
const MAX_LIST_LENGTH = 100;

export type EntryPredicate = (entry: LogEntry) => boolean;

/** Checks the client's filter; BAD_USER_INPUT names the wrong field and what is allowed. */
export function checkLogFilter(filter: LineFilter): void {
  if (filter.matches !== undefined) expressions.of(filter.matches);
  for (const name of ['notContains', 'severityIn', 'attemptIn', 'stepIn', 'taskIn', 'parts'] as const) {
    const length = filter[name]?.length ?? 0;
    if (length > MAX_LIST_LENGTH)
      throw badInput(`filter.${name} has ${length} values; at most ${MAX_LIST_LENGTH} are allowed.`);
  }
}

/**
 * The residual filter: the fields that the partitions of a reading do not apply. This is the only place where a field
 * is taken out of a filter, for all vendors; so a field that a vendor does not know is applied here.
 */
export function residualOf(filter: LogFilter, { applied, narrowed }: Omit<LogReading, 'partitions'>): LogFilter {
  const left: { -readonly [F in keyof LogFilter]: LogFilter[F] } = { ...filter, ...narrowed };
  for (const field of applied) left[field] = undefined;
  return left;
}

/** The judge of each filter field. A new field compiles only with a judge. */
const JUDGES: { readonly [F in keyof Required<LogFilter>]: (filter: LogFilter) => EntryPredicate | null } = {
  minSeverity: severityPredicate,
  severityIn: severityPredicate,
  includeUnspecified: severityPredicate,
  contains: textPredicate,
  notContains: textPredicate,
  matches: textPredicate,
  attemptIn: ({ attemptIn }) => keyPredicate(attemptIn, (entry) => entry.attemptKey),
  stepIn: ({ stepIn }) => keyPredicate(stepIn, (entry) => entry.stepKey),
  taskIn: ({ taskIn }) => keyPredicate(taskIn, (entry) => entry.taskKey),
};

/** Several fields share a judge. */
const DISTINCT_JUDGES = [...new Set(Object.values(JUDGES))];

/** The predicate of a filter; null if the filter accepts every line. */
export function entryPredicate(filter: LogFilter): EntryPredicate | null {
  const parts = DISTINCT_JUDGES.map((judge) => judge(filter)).filter((part) => part !== null);
  if (parts.length === 0) return null;
  return (entry) => parts.every((part) => part(entry));
}

function severityPredicate(filter: LogFilter): EntryPredicate | null {
  const asks = [filter.minSeverity, filter.severityIn, filter.includeUnspecified].some((part) => part !== undefined);
  return asks ? (entry) => severityPasses(entry.severity.number, filter) : null;
}

/** Judges the text that is shown for the line, which is made once for all conditions. */
function textPredicate({ contains, notContains = [], matches }: LogFilter): EntryPredicate | null {
  const expression = matches === undefined ? null : expressions.of(matches);
  if (contains === undefined && notContains.length === 0 && expression === null) return null;
  return ({ message }) => {
    const text = shownText(message);
    if (contains !== undefined && !text.includes(contains)) return false;
    if (notContains.some((unwanted) => text.includes(unwanted))) return false;
    return expression?.test(text) ?? true;
  };
}

function keyPredicate(
  keys: readonly string[] | undefined,
  keyOf: (entry: LogEntry) => string | null,
): EntryPredicate | null {
  if (keys === undefined) return null;
  const wanted = new Set(keys);
  return (entry) => {
    const key = keyOf(entry);
    return key !== null && wanted.has(key);
  };
}

/** A filter as part of a connection's key: equal filters give the same text. */
export function filterKey(filter: object): string {
  const entries = Object.entries(filter as Record<string, unknown>)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]): [string, unknown] => [name, Array.isArray(value) ? [...(value as unknown[])].sort() : value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries);
}
