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

/** Completion of a command line. */

/** Most jobs that are offered, newest first. */
const MOST_JOBS = 200;
/** Time limit of a completion. */
const PATIENCE_MILLISECONDS = 3_000;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--status': JOB_STATUSES,
  '--min-severity': LOG_SEVERITIES,
  '--level': LOG_SEVERITIES,
  '--severity': LOG_SEVERITIES,
  '--format': EXPORT_FORMATS,
  '--output': OUTPUT_FORMATS,
  '--color': COLOR_CHOICES,
};

/**
 * Prints the candidates for the last word, one per line. Omits candidates that are not one plain word for a shell,
 * because keys come from vendors. Never fails: a shell cannot show an error here.
 */
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
  if (option !== undefined && !option.isBoolean())
    return (VALUES[option.long ?? ''] ?? []).map((value) => inCaseOf(value, current));
  if (current.startsWith('-')) return command.options.flatMap(({ long }) => long ?? []);
  return command.registeredArguments.length === 0 ? [] : read((graph) => jobNames(current, graph));
}

/** The value in lower case if the word is, because options take values in any case, and shells compare theirs exactly. */
function inCaseOf(value: string, word: string): string {
  return word !== '' && word === word.toLowerCase() ? value.toLowerCase() : value;
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

/** Jobs of the source that the current word names, or of all sources. */
async function jobNames(current: string, graph: Graph): Promise<readonly string[]> {
  const sources = current.includes(':') ? [current.slice(0, current.indexOf(':'))] : null;
  const { nodes } = (await graph.run(JobsDocument, { sources, first: MOST_JOBS })).jobs;
  return nodes.map(({ source, key }) => formatJob({ source: source.name, key }));
}

/** The options of the command line that choose a configuration or a service. */
function optionsIn(words: readonly string[]): GraphOptions {
  const valueOf = (...names: readonly string[]): string | undefined =>
    words.find((_, index) => names.includes(words[index - 1] ?? ''));
  const header = words.filter((_, index) => words[index - 1] === '--header');
  return { config: valueOf('-c', '--config'), url: valueOf('--url'), header };
}
