import { JobsDocument } from '../graph/generated/graphql.ts';
import type { JobsQuery } from '../graph/generated/graphql.ts';
import { withGraph } from '../graph/with-graph.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import { shortJobs } from '../choose/job-choice.ts';
import { complainAbout } from '../options/log-options.ts';
import { durationOf } from '../show/duration.ts';
import { formatListing, TERMINAL_COLUMNS } from '../show/listing.ts';
import type { Column, ListingOptions } from '../show/listing.ts';
import { formatOf } from '../show/output-choice.ts';
import { shortTime, showTimeOf } from '../show/times.ts';
import type { ShowTime, ZoneOptions } from '../show/times.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { JobStatus } from '../../domain/status.ts';

export interface JobsOptions extends GraphOptions, ListingOptions, ZoneOptions {
  readonly source?: readonly string[] | undefined;
  readonly status?: readonly JobStatus[] | undefined;
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_LIMIT = 20;

/** Long keys are cut so that names have this many columns. */
const COLUMNS_OF_NAMES = 14;

type ListedJob = JobsQuery['jobs']['nodes'][number];

/** Prints the latest jobs, newest first. A source that fails does not hide the others, but the command fails. */
export async function jobs(options: JobsOptions, surroundings: Surroundings): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const filter = { statusIn: options.status, nameContains: options.name };
    const first = options.limit ?? DEFAULT_LIMIT;
    const { nodes, failures } = (await graph.run(JobsDocument, { sources: options.source, filter, first })).jobs;
    const isWide = formatOf(options, { json: 'ndjson' }) === 'wide';
    const columns = columnsOf(nodes, showTimeOf(options, surroundings), isWide);
    const listing = { rows: nodes, columns, width: TERMINAL_COLUMNS, record: recordOf, json: 'ndjson' } as const;
    await surroundings.print(formatListing(listing, options, surroundings));
    complainAbout(failures, surroundings);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** The table fits a terminal: keys are cut first, to patterns that the other commands take, and then names. */
function columnsOf(jobs: readonly ListedJob[], time: ShowTime, isWide: boolean): readonly Column<ListedJob>[] {
  const shown = (at: string | null): string =>
    isWide ? (at === null ? '-' : time(at)) : shortTime(at, time, 'minute');
  const others: readonly Column<ListedJob>[] = [
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'CREATED', cell: ({ createdAt }) => shortTime(createdAt, time, 'minute') },
    { title: 'STARTED', cell: ({ startedAt }) => shown(startedAt), isWide: true },
    { title: 'FINISHED', cell: ({ finishedAt }) => shown(finishedAt) },
    { title: 'TOOK', cell: ({ startedAt, finishedAt }) => durationOf(startedAt, finishedAt) },
    { title: "VENDOR'S STATUS", cell: ({ nativeStatus }) => nativeStatus ?? '-', isWide: true },
  ];
  const widthOf = ({ title, cell }: Column<ListedJob>): number =>
    jobs.reduce((most, job) => Math.max(most, cell(job).length), title.length);
  const taken = others
    .filter(({ isWide: only }) => only !== true)
    .reduce((sum, column) => sum + widthOf(column) + 2, 0);
  const refs = jobs.map(({ source, key, name }) => ({ source: source.name, key, name }));
  const room = TERMINAL_COLUMNS - taken - 2 - COLUMNS_OF_NAMES;
  const short = shortJobs(refs, isWide ? Infinity : room);
  const chosenBy = new Map(jobs.map((job, index) => [job, short[index] ?? '']));
  return [
    { title: 'JOB', cell: (job) => chosenBy.get(job) ?? '' },
    ...others,
    { title: 'NAME', cell: ({ name }) => name },
  ];
}

/** The job as an object for programs, with its source by name. */
function recordOf({ source, ...job }: ListedJob): object {
  return { source: source.name, ...job };
}
