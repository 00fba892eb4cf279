import type { LogSeverity } from '../domain/severity.ts';
import type { JobRef } from '../domain/job.ts';
import type { Federation, LogArguments, SourceFailure, SourceScope } from '../federation/api.ts';
import { tryDecodeNodeId } from '../federation/node-id.ts';
import { formatJob } from './job-reference.ts';
import { terminalCell } from './terminal-text.ts';
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

/** Are there sources of these names? Says which one there is not, and which ones there are. */
export function knowsSources(
  { sources }: Pick<Federation, 'sources'>,
  names: readonly string[],
  { complain }: Surroundings,
): boolean {
  const unknown = [...new Set(names)].filter((name) => !sources.some((source) => source.name === name));
  const known = sources.map(({ name }) => name).join(', ');
  for (const name of unknown)
    complain(`NOT_FOUND: there is no source "${terminalCell(name)}"; there are: ${known} (tributary sources).\n`);
  return unknown.length === 0;
}

/** Says what is missing, and of which job. */
export function complainAbout(
  failures: readonly (Pick<SourceFailure, 'jobId' | 'code' | 'message'> & { readonly source: string | null })[],
  { complain }: Surroundings,
): void {
  for (const { source, jobId, code, message } of failures) {
    const key = jobId === null ? undefined : tryDecodeNodeId(jobId)?.keys[1];
    if (code === 'NOT_FOUND' && source !== null && key !== undefined) {
      const job = terminalCell(formatJob({ source, key }));
      complain(`NOT_FOUND: there is no job "${job}"; see \`tributary jobs --source ${source}\`.\n`);
    } else complain(`${code}: ${terminalCell(message)}\n`);
  }
}
