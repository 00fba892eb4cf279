import type { Command } from 'commander';
import { JobsDocument, SourcesDocument } from '../graph/generated/graphql.ts';
import type { Graph } from '../graph/graph.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import { withGraph } from '../graph/with-graph.ts';
import { PLAIN_WORD } from '../options/shell-word.ts';
import { formatJob } from '../../domain/job-reference.ts';
import { OUTPUT_FORMATS } from '../show/output-choice.ts';
import { COLOR_CHOICES } from '../show/paint.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { LOG_SEVERITIES } from '../../domain/severity.ts';
import { JOB_STATUSES } from '../../domain/status.ts';
import { EXPORT_FORMATS } from '../../export/formats.ts';

/** What a shell may put behind the words of a command line that is being written. */

/** Jobs that are offered, the newest. */
const MOST_JOBS = 200;
/** The most time that a completion may take. */
const PATIENCE_MILLISECONDS = 3_000;

/** Keys come from vendors: what a shell would read as more than a word is not offered. */

const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--status': JOB_STATUSES,
  '--min-severity': LOG_SEVERITIES,
  '--level': LOG_SEVERITIES,
  '--severity': LOG_SEVERITIES,
  '--format': EXPORT_FORMATS,
  '--output': OUTPUT_FORMATS,
  '--color': COLOR_CHOICES,
};

/** Prints what may stand for the last of the words, one a line. Never fails: a shell has no place for a complaint. */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): Promise<number> {
  const current = words.at(-1) ?? '';
  const found = await candidates(words, commands, surroundings).catch(() => []);
  const fitting = found.filter((text) => text.startsWith(current) && PLAIN_WORD.test(text));
  await surroundings.print(fitting.map((text) => `${text}\n`).join(''));
  return EXIT.done;
}

async function candidates(
  words: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): Promise<readonly string[]> {
  if (words.length < 2) return commands.map((command) => command.name());
  const command = commands.find((each) => each.name() === words[0]);
  if (command === undefined) return [];
  const [before = '', current = ''] = words.slice(-2);
  const option = command.options.find(({ short, long }) => short === before || long === before);
  const read = async (use: (graph: Graph) => Promise<readonly string[]>): Promise<readonly string[]> =>
    askQuickly(optionsIn(words), surroundings, use);
  if (option?.long === '--source') return read(sourceNames);
  if (option !== undefined && !option.isBoolean()) return VALUES[option.long ?? ''] ?? [];
  if (current.startsWith('-')) return command.options.flatMap(({ long }) => long ?? []);
  return command.registeredArguments.length === 0 ? [] : read((graph) => jobNames(current, graph));
}

async function askQuickly(
  options: GraphOptions,
  surroundings: Surroundings,
  use: (graph: Graph) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const stop = AbortSignal.any([surroundings.stop, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  let found: readonly string[] = [];
  await withGraph(options, { ...surroundings, stop }, async (graph) => {
    found = await use(graph);
    return EXIT.done;
  });
  return found;
}

async function sourceNames(graph: Graph): Promise<readonly string[]> {
  return (await graph.run(SourcesDocument, {})).sources.map(({ name }) => name);
}

/** The jobs of the source that is written already, or of all. */
async function jobNames(current: string, graph: Graph): Promise<readonly string[]> {
  const sources = current.includes(':') ? [current.slice(0, current.indexOf(':'))] : null;
  const { nodes } = (await graph.run(JobsDocument, { sources, first: MOST_JOBS })).jobs;
  return nodes.map(({ source, key }) => formatJob({ source: source.name, key }));
}

/** Where the command that is being written reads. */
function optionsIn(words: readonly string[]): GraphOptions {
  const valueOf = (...names: readonly string[]): string | undefined =>
    words.find((_, index) => names.includes(words[index - 1] ?? ''));
  const header = words.filter((_, index) => words[index - 1] === '--header');
  return { config: valueOf('-c', '--config'), url: valueOf('--url'), header };
}
