import type { LineFilter } from '../../federation/api.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import type { LogSeverity } from '../../domain/severity.ts';
import { complaintOf } from '../output/complaint.ts';
import type { Failure } from '../output/complaint.ts';
import type { Surroundings } from '../surroundings.ts';

/** Options that filter the lines of a command. */
export interface LogOptions
  extends GraphOptions, Pick<LineFilter, 'since' | 'until' | 'minSeverity' | 'contains' | 'notContains' | 'matches'> {
  /** An alias of `minSeverity`. */
  readonly level?: LogSeverity | undefined;
  readonly severity?: readonly LogSeverity[] | undefined;
  readonly includeUnspecified?: boolean | undefined;
  /** A text, or a regular expression between slashes. */
  readonly grep?: string | undefined;
  readonly attempt?: readonly string[] | undefined;
  readonly step?: readonly string[] | undefined;
  readonly task?: readonly string[] | undefined;
  /** Global ids. */
  readonly part?: readonly string[] | undefined;
}

export function filterOf(options: LogOptions): LineFilter {
  const { since, until, notContains, includeUnspecified, grep } = options;
  const expression = /^\/(.+)\/$/s.exec(grep ?? '')?.[1];
  return {
    since,
    until,
    minSeverity: options.minSeverity ?? options.level,
    severityIn: options.severity,
    includeUnspecified,
    contains: options.contains ?? (expression === undefined ? grep : undefined),
    notContains,
    matches: options.matches ?? expression,
    attemptIn: options.attempt,
    stepIn: options.step,
    taskIn: options.task,
    parts: options.part,
  };
}

/** Prints failures. */
export function complainAbout(failures: readonly Failure[], { complain }: Surroundings): void {
  for (const failure of failures) complain(complaintOf(failure));
}
