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
import type { LogOptions } from '../options/log-options.ts';
import { Misuse } from '../options/misuse.ts';
import { formatOf } from '../show/output-choice.ts';
import { EXIT, INTERRUPTED, TERMINATED } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import type { ExportEnd } from '../../export/walk.ts';

export interface ExportOptions extends LogOptions, FileOptions {
  readonly format?: ExportFormatName | undefined;
  readonly after?: string | undefined;
  /** The file that stores the export's place, and from which it resumes. */
  readonly resume?: string | undefined;
}

/**
 * Prints all lines of jobs, oldest first. If a source does not answer, prints what could be read and fails. So exit
 * code 0 means that the export is complete; unlike a file from `/export`, the output has no final status line.
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
      if (wasStopped(within)) within.complain('The export was stopped.\n');
      else await complainAbout(end.failures);
      return tell(end, within);
    }),
  );
}

/** True after Ctrl+C or SIGTERM, and not when the reader of a pipe has enough. */
function wasStopped({ stop }: Surroundings): boolean {
  return stop.reason === INTERRUPTED || stop.reason === TERMINATED;
}

function questionOf(options: ExportOptions, jobs: ExportQuestion['jobs'], saved: SavedPlace | null): ExportQuestion {
  const question = { jobs, filter: filterOf(options), format: exportFormatOf(options), after: options.after };
  if (saved === null) return question;
  if (!sameQuestion(saved, question))
    throw new Misuse(`${options.resume ?? ''} is of an export of other jobs, another filter or format.`);
  // Relative times keep the values of the first run.
  const { since, until } = saved.filter as ExportQuestion['filter'];
  return { ...question, filter: { ...question.filter, since, until }, after: saved.after ?? undefined };
}

/**
 * Shown only if standard error is a terminal and the lines go to a file. Behind a pipe, another program may write to
 * the terminal.
 */
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
  // The total is optional, so the export does not wait for it.
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
  // Save before the first line: without a saved place, a partial file could not be resumed.
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

/** Counts line breaks. A message with line breaks in text or CSV counts more than once. */
function grownBy({ lines, bytes }: { readonly lines: number; readonly bytes: number }, text: string) {
  return { lines: lines + text.split('\n').length - 1, bytes: bytes + Buffer.byteLength(text) };
}

/** Prints the cursor to resume from if the export failed. Returns the exit code. */
function tell({ status, cursor }: ExportEnd, surroundings: Surroundings): number {
  if (status === 'failed' && cursor !== null) surroundings.complain(`Go on with --after ${cursor}\n`);
  return status === 'complete' ? EXIT.done : EXIT.failed;
}

/** The format of an export. JSON means JSON lines, so that programs need not hold a whole log in memory. */
function exportFormatOf(options: ExportOptions): ExportFormatName {
  const { format, output } = options;
  if (format !== undefined && output?.format !== undefined) throw new Misuse('--format and -o cannot both say how.');
  const form = format ?? formatOf(options, { json: 'ndjson', usual: 'ndjson' });
  if (form === 'wide') throw new Misuse('An export is text, csv or ndjson.');
  return form === 'json' ? 'ndjson' : form;
}
