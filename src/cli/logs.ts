import { formatLine, formatRecord } from './line.ts';
import { complainAbout, filterOf, scopesOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { withFederation } from './with-federation.ts';
import type { JobRef } from '../domain/job.ts';

export interface LogsOptions extends LogSelection {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

const DEFAULT_LINES = 100;

/** Prints entries of jobs, merged in time order: the last ones, unless the first ones are asked for. */
export async function logs(jobs: readonly JobRef[], options: LogsOptions, surroundings: Surroundings): Promise<number> {
  return withFederation(options.config, surroundings, async (federation, newCall) => {
    const { first, last = first === undefined ? DEFAULT_LINES : undefined } = options;
    const connection = federation.logs(
      scopesOf(jobs),
      { first, last, filter: filterOf(options), listFailures: true },
      newCall(),
    );
    for (const entry of await connection.nodes()) {
      await surroundings.print(options.json === true ? formatRecord(entry) : formatLine(entry, jobs.length > 1));
    }
    const failures = await connection.failures();
    complainAbout(failures, surroundings);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}
