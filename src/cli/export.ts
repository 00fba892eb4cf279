import type { JobSelection } from './choose/job-selection.ts';
import { withJobs } from './graph/with-jobs.ts';
import { filterOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { Misuse } from './misuse.ts';
import { formatOf } from './show/output-choice.ts';
import type { OutputOptions } from './show/output-choice.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import type { ExportFormatName } from '../export/formats.ts';
import type { ExportEnd } from '../export/walk.ts';

export interface ExportOptions extends LogSelection, OutputOptions {
  readonly format?: ExportFormatName | undefined;
  readonly after?: string | undefined;
}

/**
 * Prints all entries of jobs, oldest first. Fails, after what could be read, when a source does not answer: an export
 * that ends well is whole. The exit code says so, and no last line as in a file from `/export`.
 */
export async function exportLogs(
  selection: JobSelection,
  options: ExportOptions,
  surroundings: Surroundings,
): Promise<number> {
  return withJobs(selection, options, surroundings, async ({ graph, jobs, complainAbout }) => {
    const { after } = options;
    const format = exportFormatOf(options);
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

/** JSON is on lines: a whole log is no document that a program should have to hold. */
function exportFormatOf(options: ExportOptions): ExportFormatName {
  const { format, output } = options;
  if (format !== undefined && output?.format !== undefined) throw new Misuse('--format and -o cannot both say how.');
  const form = format ?? formatOf(options, { json: 'ndjson', usual: 'ndjson' });
  if (form === 'wide') throw new Misuse('An export is text, csv or ndjson.');
  return form === 'json' ? 'ndjson' : form;
}
