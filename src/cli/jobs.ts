import { formatJob } from './job-reference.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { withFederation } from './with-federation.ts';
import { stripAnsi } from '../domain/ansi.ts';
import { TributaryError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { JobStatus } from '../domain/status.ts';

export interface JobsOptions {
  readonly config?: string | undefined;
  readonly source?: readonly string[] | undefined;
  readonly status?: readonly JobStatus[] | undefined;
  readonly name?: string | undefined;
  /** Per source. */
  readonly limit?: number | undefined;
  readonly json?: boolean | undefined;
}

const DEFAULT_LIMIT = 20;

/** Prints the latest jobs of each source. A source that fails does not hide the others, but the command fails. */
export async function jobs(options: JobsOptions, surroundings: Surroundings): Promise<number> {
  return withFederation(options.config, surroundings, async (federation, newCall) => {
    const filter = { statusIn: options.status, nameContains: options.name };
    const names = options.source ?? federation.sources.map(({ name }) => name);
    const results = await Promise.allSettled(
      names.map(async (name) =>
        federation.jobs({ sources: [name], filter, first: options.limit ?? DEFAULT_LIMIT }, newCall()).nodes(),
      ),
    );
    const found = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    await surroundings.print(options.json === true ? formatJson(found) : formatJobs(found));
    // A connection of one source has no failures beside it: it fails itself.
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) surroundings.complain(`${explain(reason)}\n`);
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** Only errors of ours are written for people to read; anything else is thrown on. */
function explain(error: unknown): string {
  if (error instanceof TributaryError) return `${error.code}: ${error.message}`;
  throw error;
}

function formatJobs(found: readonly Job[]): string {
  const rows = found.map((job) => [formatJob(job), job.status, job.startedAt ?? '-', stripAnsi(job.name)]);
  return formatTable(['JOB', 'STATUS', 'STARTED', 'NAME'], rows);
}

/** JSON lines, without what the vendor says beside our own words. */
function formatJson(found: readonly Job[]): string {
  return found.map(({ attributes: _, ...job }) => `${JSON.stringify(job)}\n`).join('');
}
