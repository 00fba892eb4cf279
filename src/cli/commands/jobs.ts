import { JobsDocument } from '../graph/generated/graphql.ts';
import type { JobsQuery } from '../graph/generated/graphql.ts';
import { withGraph } from '../graph/with-graph.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import { formatJob } from '../../domain/job-reference.ts';
import { complainAbout } from '../options/log-options.ts';
import { durationOf } from '../show/duration.ts';
import { formatListing, TERMINAL_COLUMNS } from '../show/listing.ts';
import type { Column, ListingOptions } from '../show/listing.ts';
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

type ListedJob = JobsQuery['jobs']['nodes'][number];

/** Prints the latest jobs, newest first. A source that fails does not hide the others, but the command fails. */
export async function jobs(options: JobsOptions, surroundings: Surroundings): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const filter = { statusIn: options.status, nameContains: options.name };
    const first = options.limit ?? DEFAULT_LIMIT;
    const { nodes, failures } = (await graph.run(JobsDocument, { sources: options.source, filter, first })).jobs;
    const columns = columnsOf(showTimeOf(options, surroundings));
    const listing = { rows: nodes, columns, width: TERMINAL_COLUMNS, record: recordOf, json: 'ndjson' } as const;
    await surroundings.print(formatListing(listing, options, surroundings));
    complainAbout(failures, surroundings);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

function columnsOf(time: ShowTime): readonly Column<ListedJob>[] {
  const shown = (at: string | null): string => (at === null ? '-' : time(at));
  return [
    { title: 'JOB', cell: ({ source, key }) => formatJob({ source: source.name, key }) },
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'CREATED', cell: ({ createdAt }) => shortTime(createdAt, time, 'minute') },
    { title: 'STARTED', cell: ({ startedAt }) => shown(startedAt), isWide: true },
    { title: 'FINISHED', cell: ({ finishedAt }) => shown(finishedAt), isWide: true },
    { title: 'TOOK', cell: ({ startedAt, finishedAt }) => durationOf(startedAt, finishedAt) },
    { title: "VENDOR'S STATUS", cell: ({ nativeStatus }) => nativeStatus ?? '-', isWide: true },
    { title: 'NAME', cell: ({ name }) => name },
  ];
}

/** The job as an object for programs, with its source by name. */
function recordOf({ source, ...job }: ListedJob): object {
  return { source: source.name, ...job };
}
