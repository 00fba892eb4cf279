import type { JobSelection } from '../choose/job-selection.ts';
import { HistogramDocument } from '../graph/generated/graphql.ts';
import type { HistogramQuery } from '../graph/generated/graphql.ts';
import { idsOf } from '../graph/job-ids.ts';
import { withJobs } from '../graph/with-jobs.ts';
import { filterOf } from '../options/log-options.ts';
import type { LogOptions } from '../options/log-options.ts';
import { formatListing } from '../show/listing.ts';
import type { Column, ListingOptions } from '../show/listing.ts';
import { showTimeOf } from '../show/times.ts';
import type { ShowTime, ZoneOptions } from '../show/times.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { LOG_SEVERITIES } from '../../domain/severity.ts';
import type { LogSeverity } from '../../domain/severity.ts';

export interface HistogramOptions extends LogOptions, ListingOptions, ZoneOptions {
  readonly buckets?: number | undefined;
  /** The length of each bucket, as the graph's duration. */
  readonly every?: string | undefined;
}

const DEFAULT_BUCKETS = 20;
/** Length of the longest bar, in characters. */
const BAR = 30;

type Bucket = HistogramQuery['logHistogram']['buckets'][number];

/**
 * Prints how many lines jobs wrote over time, by severity. Fails if lines are missing because a source does not answer.
 */
export async function histogram(
  selection: JobSelection,
  options: HistogramOptions,
  surroundings: Surroundings,
): Promise<number> {
  return withJobs(selection, options, surroundings, async ({ graph, jobs, complainAbout }) => {
    const { buckets = DEFAULT_BUCKETS, every } = options;
    const spans = every === undefined ? { buckets } : { step: every };
    const asked = { jobs: await idsOf(jobs, graph), filter: filterOf(options), ...spans };
    const { failures, ...counted } = (await graph.run(HistogramDocument, asked)).logHistogram;
    const columns = columnsOf(counted.buckets, showTimeOf(options, surroundings));
    const listing = { rows: counted.buckets, columns, record: recordOf, document: counted };
    await surroundings.print(formatListing(listing, options, surroundings));
    await complainAbout(failures);
    const { coveredFrom, from } = counted;
    if (coveredFrom !== null && coveredFrom !== from)
      surroundings.complain(`Lines before ${coveredFrom} are not counted: there are too many.\n`);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

const WORST_FIRST = LOG_SEVERITIES.toReversed();

function columnsOf(buckets: readonly Bucket[], time: ShowTime): readonly Column<Bucket>[] {
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  return [
    { title: 'FROM', cell: ({ from }) => time(from) },
    { title: 'UNTIL', cell: ({ until }) => time(until), isWide: true },
    { title: 'LINES', cell: ({ total }) => String(total) },
    { title: '', cell: ({ total }) => '#'.repeat(Math.ceil((total / most) * BAR)) },
    {
      title: 'BY SEVERITY',
      cell: ({ counts }) =>
        WORST_FIRST.filter((name) => countOf(name, counts) > 0)
          .map((name) => `${name} ${countOf(name, counts)}`)
          .join(', '),
    },
  ];
}

function recordOf({ counts, ...bucket }: Bucket): object {
  return { ...bucket, ...Object.fromEntries(LOG_SEVERITIES.map((name) => [name, countOf(name, counts)])) };
}

function countOf(name: LogSeverity, counts: Bucket['counts']): number {
  return counts.find(({ severity }) => severity === name)?.count ?? 0;
}
