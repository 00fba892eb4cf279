import type { LineFilter } from './graph/graph.ts';
import type { GraphOptions } from './graph/service-address.ts';
import { complaintOf } from './complaint.ts';
import type { Failure } from './complaint.ts';
import type { Surroundings } from './surroundings.ts';

/** Which entries a command is about. */
export interface LogSelection extends GraphOptions, LineFilter {
  readonly json?: boolean | undefined;
}

export function filterOf({ since, until, minSeverity, contains }: LogSelection): LineFilter {
  return { since, until, minSeverity, contains };
}

/** Says what is missing. */
export function complainAbout(failures: readonly Failure[], { complain }: Surroundings): void {
  for (const failure of failures) complain(complaintOf(failure));
}
