import { formatRecord } from './line.ts';
import { complainAbout, filterOf, knowsSources, scopesOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { withFederation } from './with-federation.ts';
import type { JobRef } from '../domain/job.ts';

const PAGE = 200;

/**
 * Prints all entries of jobs, oldest first, as JSON lines. Fails, after what could be read, when a source
 * does not answer: an export that ends well is whole.
 */
export async function exportLogs(
  jobs: readonly JobRef[],
  options: LogSelection,
  surroundings: Surroundings,
): Promise<number> {
  return withFederation(options.config, surroundings, async (federation, newCall) => {
    if (
      !knowsSources(
        federation,
        jobs.map(({ source }) => source),
        surroundings,
      )
    )
      return EXIT.failed;
    let after: string | null = null;
    for (;;) {
      const connection = federation.logs(
        scopesOf(jobs),
        { first: PAGE, after, filter: filterOf(options), listFailures: true },
        newCall(),
      );
      for (const entry of await connection.nodes()) await surroundings.print(formatRecord(entry));
      const failures = await connection.failures();
      complainAbout(failures, surroundings);
      if (failures.length > 0) return EXIT.failed;
      const { hasNextPage, endCursor } = await connection.pageInfo();
      if (!hasNextPage || endCursor === null) return EXIT.done;
      after = endCursor;
    }
  });
}
