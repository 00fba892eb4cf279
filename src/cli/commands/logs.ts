import type { JobSelection } from '../choose/job-selection.ts';
import { withContext } from './context-lines.ts';
import type { Stretch } from './context-lines.ts';
import { LogsDocument } from '../graph/generated/graphql.ts';
import type { LineRecordFragment } from '../graph/generated/graphql.ts';
import type { Graph } from '../graph/graph.ts';
import { idsOf } from '../graph/job-ids.ts';
import { withJobs } from '../graph/with-jobs.ts';
import { filterOf } from '../options/log-options.ts';
import type { LogOptions } from '../options/log-options.ts';
import { lineFormOf } from '../show/lines.ts';
import type { LineOptions } from '../show/lines.ts';
import { recordOf } from '../show/record-of-line.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LogsOptions extends LogOptions, LineOptions {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
  /** Lines before and after each line, regardless of the filter. */
  readonly context?: number | undefined;
}

const DEFAULT_LINES = 100;

/** Prints lines of jobs, merged in time order: the last lines, or the first with `first`. */
export async function logs(selection: JobSelection, options: LogsOptions, surroundings: Surroundings): Promise<number> {
  return withJobs(selection, options, surroundings, async ({ graph, jobs, complainAbout }) => {
    const { context = 0, first, last = first === undefined ? DEFAULT_LINES : undefined } = options;
    const filter = filterOf(options);
    const form = lineFormOf(options, { jobs, filter }, surroundings);
    const ids = await idsOf(jobs, graph);
    const { nodes, failures } = (await graph.run(LogsDocument, { jobs: ids, filter, first, last })).logs;
    // Each stretch reports its failures, which are often the same.
    const missing = new Map(failures.map((failure) => [failure.message, failure]));
    if (form.head !== '') await surroundings.print(form.head);
    let isFirst = true;
    for await (const stretch of stretchesOf(nodes, context, ids, graph)) {
      if (!isFirst && !stretch.goesOn) await surroundings.print(form.gap);
      for (const line of stretch.lines) await surroundings.print(form.line(recordOf(line)));
      for (const failure of stretch.failures) missing.set(failure.message, failure);
      isFirst = false;
    }
    await surroundings.print(form.end());
    await complainAbout([...missing.values()]);
    return missing.size === 0 ? EXIT.done : EXIT.failed;
  });
}

async function* stretchesOf(
  lines: readonly LineRecordFragment[],
  context: number,
  jobs: readonly string[],
  graph: Graph,
): AsyncGenerator<Stretch, void, undefined> {
  if (context > 0) yield* withContext(lines, context, jobs, graph);
  else yield { lines, goesOn: false, failures: [] };
}
