import { SEVERITY_FIELDS } from '../../../domain/log-filter.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import type { LogEntry, LogScope } from '../../../domain/log-entry.ts';
import { LOG_SEVERITIES, SEVERITY_FLOOR, severityOf } from '../../../domain/severity.ts';
import type { LogSeverity } from '../../../domain/severity.ts';
import { ORIGINS } from '../parts.ts';
import type { Comparison, FilterField } from './odata.ts';
import type { RefusedFields } from './refusals.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * A part of a filter that the vendor may apply, and the same condition as a function, in case the vendor refuses it.
 */
export interface Condition extends Comparison {
  matches(row: LogEntry): boolean;
}

/**
 * Splits scope and filter between the vendor and the reader. Null: no line of this vendor can match.
 *
 * The vendor compares `level` and `origin` exactly, and joins comparisons by `and` only. So a single known origin is
 * pushed down, and a severity only if the filter selects exactly one range for which one level word is used. The reader
 * applies everything else.
 */
export function planOf(scope: LogScope, filter: LogFilter, refusals: RefusedFields, vocabulary: Vocabulary) {
  // Lines have no attempt and no task, so none can match.
  if (scope.attempt !== undefined || scope.task !== undefined) return null;
  if (filter.attemptIn !== undefined || filter.taskIn !== undefined) return null;
  if (scope.step !== undefined && filter.stepIn?.includes(scope.step) === false) return null;
  const steps = scope.step === undefined ? filter.stepIn : [scope.step];
  const wanted = [levelCondition(filter, vocabulary), originCondition(steps)].filter((part) => part !== null);
  const pushed = largestAllowed(wanted, refusals);
  const fields = pushed.map(({ field }) => field);
  const applied = fields.flatMap((field): readonly (keyof LogFilter)[] => APPLIED_BY[field]);
  return { pushed, applied, narrowed: { stepIn: steps } };
}

/** The filter fields that the reader can skip if the vendor applies the comparison. */
const APPLIED_BY: Readonly<Record<FilterField, readonly (keyof LogFilter)[]>> = {
  level: SEVERITY_FIELDS,
  origin: ['stepIn'],
};

/** The conditions to send: all together if allowed, otherwise the first that is allowed alone. */
export function largestAllowed(wanted: readonly Condition[], refusals: RefusedFields): readonly Condition[] {
  const choices = [wanted, ...wanted.map((condition) => [condition])];
  return choices.find((choice) => refusals.allow(choice.map(({ field }): FilterField => field))) ?? [];
}

function originCondition(steps: readonly string[] | undefined): Condition | null {
  const [step, ...others] = new Set(steps);
  const origin = others.length > 0 ? undefined : ORIGINS.find((known) => known === step);
  if (origin === undefined) return null;
  return { field: 'origin', value: origin, matches: (row) => row.stepKey === origin };
}

function levelCondition(filter: LogFilter, vocabulary: Vocabulary): Condition | null {
  const { minSeverity, severityIn } = filter;
  if (minSeverity === undefined && severityIn === undefined) return null;
  const [severity, ...others] = severitiesAsked(filter);
  if (severity === undefined || others.length > 0) return null;
  const word = vocabulary.wordOf(severity);
  if (word === null) return null;
  return { field: 'level', value: word, matches: (row) => severityOf(row.severity.number) === severity };
}

/** The severity ranges that a filter selects, with UNSPECIFIED if it may keep lines without a severity. */
function severitiesAsked({ minSeverity, severityIn, includeUnspecified }: LogFilter): readonly LogSeverity[] {
  const floor = SEVERITY_FLOOR[minSeverity ?? 'UNSPECIFIED'];
  const asked = new Set(severityIn ?? LOG_SEVERITIES);
  const byDefault = severityIn === undefined && includeUnspecified === undefined && floor <= SEVERITY_FLOOR.INFO;
  const unspecified = byDefault || includeUnspecified === true || severityIn?.includes('UNSPECIFIED') === true;
  const ranges = [...asked].filter((severity) => severity !== 'UNSPECIFIED' && SEVERITY_FLOOR[severity] >= floor);
  return unspecified ? ['UNSPECIFIED', ...ranges] : ranges;
}
