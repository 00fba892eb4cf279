import { HistogramDocument } from './graph/generated/graphql.ts';
import type { HistogramQuery } from './graph/generated/graphql.ts';
import { idsOf } from './graph/job-ids.ts';
import { withJobs } from './graph/with-jobs.ts';
import { filterOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import type { JobRef } from '../domain/job.ts';
import { terminalJson } from '../domain/terminal-text.ts';

export interface HistogramOptions extends LogSelection {
  readonly buckets?: number | undefined;
}

const DEFAULT_BUCKETS = 20;
/** How long the longest bar is, characters. */
const BAR = 30;

type Histogram = HistogramQuery['logHistogram'];

/** Prints how many lines jobs wrote over time, by severity. Fails when lines are missing because a source does not answer. */
export async function histogram(
  jobs: readonly JobRef[],
  options: HistogramOptions,
  surroundings: Surroundings,
): Promise<number> {
  return withJobs(jobs, options, surroundings, async (graph, complainAbout) => {
    const { buckets = DEFAULT_BUCKETS } = options;
    const asked = { jobs: await idsOf(jobs, graph), filter: filterOf(options), buckets };
    const { failures, ...counted } = (await graph.run(HistogramDocument, asked)).logHistogram;
    const text = options.json === true ? `${terminalJson(counted, 2)}\n` : formatBuckets(counted.buckets);
    await surroundings.print(text);
    await complainAbout(failures);
    const { coveredFrom, from } = counted;
    if (coveredFrom !== null && coveredFrom !== from)
      surroundings.complain(`Lines before ${coveredFrom} are not counted: there are too many.\n`);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

function formatBuckets(buckets: Histogram['buckets']): string {
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  const rows = buckets.map(({ from, total, counts }) => [
    from,
    String(total),
    '#'.repeat(Math.ceil((total / most) * BAR)),
    counts.map(({ severity, count }) => `${severity} ${count}`).join(', '),
  ]);
  return formatTable(['FROM', 'LINES', '', 'BY SEVERITY'], rows);
}
