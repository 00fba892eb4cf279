import { LogsDocument } from './graph/generated/graphql.ts';
import { idsOf } from './graph/job-ids.ts';
import { withJobs } from './graph/with-jobs.ts';
import { formatLine, formatRecord } from './line.ts';
import { filterOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import type { JobRef } from '../domain/job.ts';

export interface LogsOptions extends LogSelection {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

const DEFAULT_LINES = 100;

/** Prints entries of jobs, merged in time order: the last ones, unless the first ones are asked for. */
export async function logs(jobs: readonly JobRef[], options: LogsOptions, surroundings: Surroundings): Promise<number> {
  return withJobs(jobs, options, surroundings, async (graph, complainAbout) => {
    const { first, last = first === undefined ? DEFAULT_LINES : undefined } = options;
    const variables = { jobs: await idsOf(jobs, graph), filter: filterOf(options), first, last };
    const { nodes, failures } = (await graph.run(LogsDocument, variables)).logs;
    for (const line of nodes) {
      await surroundings.print(options.json === true ? formatRecord(line) : formatLine(line, jobs.length > 1));
    }
    await complainAbout(failures);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}
