import { SEVERITY_FLOOR, severityOf } from './severity.ts';
import type { LogSeverity } from './severity.ts';

/** The filter fields that a vendor may be able to apply itself. */
export const LOG_FILTER_FIELDS = [
  'SINCE',
  'UNTIL',
  'MIN_SEVERITY',
  'SEVERITY_IN',
  'CONTAINS',
  'NOT_CONTAINS',
  'MATCHES',
  'ATTEMPT_IN',
  'STEP_IN',
  'TASK_IN',
] as const;

export type LogFilterField = (typeof LOG_FILTER_FIELDS)[number];

/**
 * A client's filter for lines; a line must meet all given conditions. Time bounds are not here: they are positions in
 * the order, and the reader of a partition handles them.
 */
export interface LogFilter {
  readonly minSeverity?: LogSeverity | undefined;
  readonly severityIn?: readonly LogSeverity[] | undefined;
  /** Whether to keep lines without a severity. Default: yes if `minSeverity` is INFO or lower, otherwise no. */
  readonly includeUnspecified?: boolean | undefined;
  readonly contains?: string | undefined;
  /** None of these texts. */
  readonly notContains?: readonly string[] | undefined;
  /** An RE2 expression: its time is linear in the length of the message. */
  readonly matches?: string | undefined;
  readonly attemptIn?: readonly string[] | undefined;
  readonly stepIn?: readonly string[] | undefined;
  readonly taskIn?: readonly string[] | undefined;
}

/** The filter fields about severities: they are applied together or not at all. */
export const SEVERITY_FIELDS = ['minSeverity', 'severityIn', 'includeUnspecified'] as const;

/** The part of a filter that is about severities. */
export type SeverityFilter = Pick<LogFilter, (typeof SEVERITY_FIELDS)[number]>;

/**
 * True if a severity number passes. Lines without a severity pass if `minSeverity` is INFO or lower, unless
 * `includeUnspecified` overrides that.
 */
export function severityPasses(number: number, filter: SeverityFilter): boolean {
  const { minSeverity, severityIn, includeUnspecified } = filter;
  const severity = severityOf(number);
  if (severity === 'UNSPECIFIED') {
    if (includeUnspecified !== undefined) return includeUnspecified;
    if (severityIn !== undefined) return severityIn.includes('UNSPECIFIED');
    return minSeverity === undefined || SEVERITY_FLOOR[minSeverity] <= SEVERITY_FLOOR.INFO;
  }
  if (minSeverity !== undefined && number < SEVERITY_FLOOR[minSeverity]) return false;
  return severityIn === undefined || severityIn.includes(severity);
}
