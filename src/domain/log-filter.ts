import { SEVERITY_FLOOR, severityOf } from './severity.ts';
import type { LogSeverity } from './severity.ts';

/** The parts of a filter that a vendor may be able to apply itself. */
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
 * What a client asks of entries; every part that is there must hold.
 *
 * Time bounds are not here: they are positions in the order, and the reader of a partition handles them.
 */
export interface LogFilter {
  readonly minSeverity?: LogSeverity | undefined;
  readonly severityIn?: readonly LogSeverity[] | undefined;
  /** Keep entries without a severity? Default: yes when `minSeverity` is INFO or lower, no above. */
  readonly includeUnspecified?: boolean | undefined;
  readonly contains?: string | undefined;
  readonly notContains?: string | undefined;
  /** An RE2 expression: linear in the length of the message. */
  readonly matches?: string | undefined;
  readonly attemptIn?: readonly string[] | undefined;
  readonly stepIn?: readonly string[] | undefined;
  readonly taskIn?: readonly string[] | undefined;
}

/** The fields of a filter that are about severities: they are applied together or not at all. */
export const SEVERITY_FIELDS = ['minSeverity', 'severityIn', 'includeUnspecified'] as const;

/** The part of a filter that is about severities. */
export type SeverityFilter = Pick<LogFilter, (typeof SEVERITY_FIELDS)[number]>;

/**
 * Does a severity number pass? Entries without one pass a `minSeverity` of INFO or lower, and none above,
 * unless `includeUnspecified` says otherwise.
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
