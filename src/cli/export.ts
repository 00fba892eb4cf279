import { complainAbout, filterOf, scopesOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { withFederation } from './with-federation.ts';
import type { JobRef } from '../domain/job.ts';
import { FORMATS } from '../export/formats.ts';
import type { ExportFormatName } from '../export/formats.ts';
import { SourceFailed } from '../export/walk.ts';
import type { ExportEnd } from '../export/walk.ts';
import { writeLogs } from '../export/write.ts';

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
  return withFederation(options.config, surroundings, async (federation, newCall) => {
    const format = { ...FORMATS[options.format ?? 'ndjson'], end: () => '' };
    const request = { scopes: scopesOf(jobs), filter: filterOf(options), after: options.after };
    const ends: ExportEnd[] = [];
    const settings = {
      newCall,
      gone: new AbortController().signal,
      stopping: surroundings.stop,
      onEnd: (ended: ExportEnd) => {
        ends.push(ended);
      },
    };
    try {
      for await (const text of writeLogs(federation, request, format, settings)) await surroundings.print(text);
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      complainAbout([error.failure], surroundings);
      return EXIT.failed;
    }
    const [end] = ends;
    return end === undefined ? EXIT.failed : tell(end, surroundings);
  });
}

/** Says what is missing, and from where to go on. */
function tell({ status, failures, cursor }: ExportEnd, surroundings: Surroundings): number {
  complainAbout(failures, surroundings);
  if (status === 'failed' && cursor !== null) surroundings.complain(`Go on with --after ${cursor}\n`);
  return status === 'complete' ? EXIT.done : EXIT.failed;
}
