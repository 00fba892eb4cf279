import { resolve } from 'node:path';
import { ProgressBar } from './progress-bar.ts';
import { PlaceKeeper, sameQuestion } from './place-keeper.ts';
import { readPlace } from './saved-place.ts';
import type { SavedPlace } from './saved-place.ts';
import type { JobSelection } from '../choose/job-selection.ts';
import { LinesTotalDocument } from '../graph/generated/graphql.ts';
import type { ExportQuestion, Graph } from '../graph/graph.ts';
import { idsOf } from '../graph/job-ids.ts';
import { withJobs } from '../graph/with-jobs.ts';
import { intoFile } from '../output/into-file.ts';
import type { FileOptions } from '../output/into-file.ts';
import { filterOf } from '../options/log-options.ts';
import type { LogSelection } from '../options/log-options.ts';
import { Misuse } from '../options/misuse.ts';
import { formatOf } from '../show/output-choice.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import type { ExportEnd } from '../../export/walk.ts';

export interface ExportOptions extends LogSelection, FileOptions {
  readonly format?: ExportFormatName | undefined;
  readonly after?: string | undefined;
  /** The file that keeps how far it has come, and from which it goes on. */
  readonly resume?: string | undefined;
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
  const { resume } = options;
  const path = resume === undefined ? null : resolve(surroundings.folder, resume);
  const saved = path === null ? null : await readPlace(path, resume ?? '');
  return intoFile({ ...options, begun: saved ?? undefined }, surroundings, async (within) =>
    withJobs(selection, options, within, async ({ graph, jobs, complainAbout }) => {
      const question = questionOf(options, jobs, saved);
      const keeper = path === null ? null : new PlaceKeeper(path, question, saved);
      const bar = barOf(question, options, graph, within, saved);
      const end = await write(graph, question, keeper, bar, within);
      await complainAbout(end.failures);
      return tell(end, within);
    }),
  );
}

function questionOf(options: ExportOptions, jobs: ExportQuestion['jobs'], saved: SavedPlace | null): ExportQuestion {
  const question = { jobs, filter: filterOf(options), format: exportFormatOf(options), after: options.after };
  if (saved === null) return question;
  if (!sameQuestion(saved, question))
    throw new Misuse(`${options.resume ?? ''} is of an export of other jobs, another filter or format.`);
  // Times that were given as how long ago stay those of the first run.
  const { since, until } = saved.filter as ExportQuestion['filter'];
  return { ...question, filter: { ...question.filter, since, until }, after: saved.after ?? undefined };
}

/** Shown where a person looks at the terminal and the lines go into a file. Behind a pipe may be a program that writes there. */
function barOf(
  question: ExportQuestion,
  { output }: ExportOptions,
  graph: Graph,
  { status, isFile = false }: Surroundings,
  saved: SavedPlace | null,
): ProgressBar | null {
  if (status === undefined || (!isFile && output?.file === undefined)) return null;
  const bar = new ProgressBar(status, saved ?? { lines: 0, bytes: 0 });
  if (question.after !== undefined && saved === null) return bar;
  // An estimate is a favour: the export does not wait for it.
  idsOf(question.jobs, graph)
    .then(async (jobs) => graph.run(LinesTotalDocument, { jobs, filter: question.filter }))
    .then(({ logs }) => (bar.total = logs.totalCount))
    .catch(() => undefined);
  return bar;
}

async function write(
  graph: Graph,
  question: ExportQuestion,
  keeper: PlaceKeeper | null,
  bar: ProgressBar | null,
  { print }: Surroundings,
): Promise<ExportEnd> {
  const text = graph.exportLogs(keeper === null ? question : keeper.question);
  let progress = keeper?.progress ?? { lines: 0, bytes: 0 };
  // A file that was begun without a place could not be gone on with.
  await keeper?.save();
  try {
    for (;;) {
      const part = await text.next();
      if (part.done === true) return part.value;
      const shown = keeper === null ? part.value : keeper.shown(part.value);
      await print(shown);
      if (keeper !== null) progress = await keeper.written(part.value, shown);
      else if (bar !== null) progress = grownBy(progress, shown);
      bar?.update(progress);
    }
  } finally {
    bar?.clear();
    await keeper?.save();
  }
}

/** Lines of text and CSV may have line breaks within: there they are counted as rows. */
function grownBy({ lines, bytes }: { readonly lines: number; readonly bytes: number }, text: string) {
  return { lines: lines + text.split('\n').length - 1, bytes: bytes + Buffer.byteLength(text) };
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
