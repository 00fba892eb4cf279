import { formatJob } from './job-reference.ts';
import { complainAbout } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { terminalJson } from '../domain/terminal-text.ts';
import { withFederation } from './with-federation.ts';
import type { Job } from '../domain/job.ts';
import type { JobStatus } from '../domain/status.ts';

export interface JobsOptions {
  readonly config?: string | undefined;
  readonly source?: readonly string[] | undefined;
  readonly status?: readonly JobStatus[] | undefined;
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
  readonly json?: boolean | undefined;
}

const DEFAULT_LIMIT = 20;

/** Prints the latest jobs, newest first. A source that fails does not hide the others, but the command fails. */
export async function jobs(options: JobsOptions, surroundings: Surroundings): Promise<number> {
  return withFederation(options.config, surroundings, async (federation, newCall) => {
    const filter = { statusIn: options.status, nameContains: options.name };
    const first = options.limit ?? DEFAULT_LIMIT;
    const connection = federation.jobs(
      { sources: options.source ?? null, filter, first, listFailures: true },
      newCall(),
    );
    const found = await connection.nodes();
    await surroundings.print(options.json === true ? formatJson(found) : formatJobs(found));
    const failures = await connection.failures();
    complainAbout(failures, surroundings);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

function formatJobs(found: readonly Job[]): string {
  const rows = found.map((job) => [formatJob(job), job.status, job.createdAt ?? '-', job.name]);
  return formatTable(['JOB', 'STATUS', 'CREATED', 'NAME'], rows);
}

/** JSON lines, without what the vendor says beside our own words. */
function formatJson(found: readonly Job[]): string {
  return found.map(({ attributes: _, ...job }) => `${terminalJson(job)}\n`).join('');
}
