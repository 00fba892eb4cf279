import type { LogSeverity } from '../domain/severity.ts';
import type { JobRef } from '../domain/job.ts';
import type { LogArguments, SourceScope } from '../federation/api.ts';
import { complaintOf } from './complaint.ts';
import type { Failure } from './complaint.ts';
import type { Surroundings } from './surroundings.ts';

/** Which entries a command is about. */
export interface LogSelection {
  readonly config?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly minSeverity?: LogSeverity | undefined;
  readonly contains?: string | undefined;
  readonly json?: boolean | undefined;
}

export function filterOf({ since, until, minSeverity, contains }: LogSelection): NonNullable<LogArguments['filter']> {
  return { since, until, minSeverity, contains };
}

export function scopesOf(jobs: readonly JobRef[]): readonly SourceScope[] {
  return jobs.map(({ source, key }) => ({ source, scope: { job: key } }));
}

/** Says what is missing. */
export function complainAbout(failures: readonly Failure[], { complain }: Surroundings): void {
  for (const failure of failures) complain(complaintOf(failure));
}
