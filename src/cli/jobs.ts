import { JobsDocument } from './graph/generated/graphql.ts';
import type { JobsQuery } from './graph/generated/graphql.ts';
import { withGraph } from './graph/with-graph.ts';
import type { GraphOptions } from './graph/service-address.ts';
import { durationOf } from './duration.ts';
import { formatJob } from './job-reference.ts';
import { complainAbout } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { terminalJson } from '../domain/terminal-text.ts';
import type { JobStatus } from '../domain/status.ts';

export interface JobsOptions extends GraphOptions {
  readonly source?: readonly string[] | undefined;
  readonly status?: readonly JobStatus[] | undefined;
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
  readonly json?: boolean | undefined;
}

const DEFAULT_LIMIT = 20;

const TERMINAL_COLUMNS = 80;

type Found = JobsQuery['jobs']['nodes'][number];

/** Prints the latest jobs, newest first. A source that fails does not hide the others, but the command fails. */
export async function jobs(options: JobsOptions, surroundings: Surroundings): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const filter = { statusIn: options.status, nameContains: options.name };
    const first = options.limit ?? DEFAULT_LIMIT;
    const { nodes, failures } = (await graph.run(JobsDocument, { sources: options.source, filter, first })).jobs;
    await surroundings.print(options.json === true ? formatJson(nodes) : formatJobs(nodes));
    complainAbout(failures, surroundings);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

function formatJobs(found: readonly Found[]): string {
  const rows = found.map(({ source, key, status, createdAt, startedAt, finishedAt, name }) => [
    formatJob({ source: source.name, key }),
    status,
    dateOf(createdAt),
    durationOf(startedAt, finishedAt),
    name,
  ]);
  return formatTable(['JOB', 'STATUS', 'CREATED', 'TOOK', 'NAME'], rows, TERMINAL_COLUMNS);
}

/** UTC, as short as `ls` has it: to the minute within this year, else the day. */
function dateOf(time: string | null): string {
  if (time === null) return '-';
  const isThisYear = time.startsWith(`${new Date().getUTCFullYear()}-`);
  return isThisYear ? time.slice(5, 16).replace('T', ' ') : time.slice(0, 10);
}

/** JSON lines, without what the vendor says beside our own words. */
function formatJson(found: readonly Found[]): string {
  return found.map(({ source, ...job }) => `${terminalJson({ source: source.name, ...job })}\n`).join('');
}
