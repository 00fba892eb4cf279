import { withJobs } from './graph/with-jobs.ts';
import { filterOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import type { JobRef } from '../domain/job.ts';
import type { ExportFormatName } from '../export/formats.ts';
import type { ExportEnd } from '../export/walk.ts';

export interface ExportOptions extends LogSelection {
  readonly format?: ExportFormatName | undefined;
  readonly after?: string | undefined;
}

/**
 * Prints all entries of jobs, oldest first. Fails, after what could be read, when a source does not answer: an export
 * that ends well is whole. The exit code says so, and no last line as in a file from `/export`.
 */
export async function exportLogs(
  jobs: readonly JobRef[],
  options: ExportOptions,
  surroundings: Surroundings,
): Promise<number> {
  return withJobs(jobs, options, surroundings, async (graph, complainAbout) => {
    const { format = 'ndjson', after } = options;
    const text = graph.exportLogs({ jobs, filter: filterOf(options), format, after });
    for (;;) {
      const part = await text.next();
      if (part.done === true) {
        await complainAbout(part.value.failures);
        return tell(part.value, surroundings);
      }
      await surroundings.print(part.value);
    }
  });
}

/** Says from where to go on. */
function tell({ status, cursor }: ExportEnd, surroundings: Surroundings): number {
  if (status === 'failed' && cursor !== null) surroundings.complain(`Go on with --after ${cursor}\n`);
  return status === 'complete' ? EXIT.done : EXIT.failed;
}
