import { patternFits } from './job-choice.ts';
import type { JobChoice, JobPattern } from './job-choice.ts';
import type { Failure } from '../output/complaint.ts';
import { JobsDocument } from '../graph/generated/graphql.ts';
import type { JobsQuery } from '../graph/generated/graphql.ts';
import type { Graph } from '../graph/graph.ts';
import { Misuse } from '../options/misuse.ts';
import type { JobRef } from '../../domain/job.ts';
import type { JobStatus } from '../../domain/status.ts';
import { suggestionFor } from '../../domain/suggestion.ts';

/** Options that choose jobs. */
export interface SelectionOptions {
  readonly status?: readonly JobStatus[] | undefined;
  readonly source?: readonly string[] | undefined;
  readonly name?: string | undefined;
}

/** Jobs that were found, the newest first. */
interface Found {
  readonly jobs: readonly JobRef[];
  readonly failures: readonly Failure[];
  /** Were there more jobs than are looked at? */
  readonly mayLackOlder: boolean;
  /** What to say when there is none. */
  readonly whyNone: string;
}

type Listed = JobsQuery['jobs']['nodes'][number];

/** Jobs that are looked at, the newest. */
export const MOST_LISTED = 200;

/** Which jobs a command is about. */
export class JobSelection {
  /** Those that are named by their keys. */
  readonly named: readonly JobRef[];
  /** Are others looked for, too? Then there may be more of them later. */
  readonly isOpen: boolean;
  readonly #choices: readonly JobChoice[];
  readonly #options: SelectionOptions;

  /** Throws `Misuse` when nothing is chosen, and for a job that is named and chosen at the same time. */
  constructor(choices: readonly JobChoice[], options: SelectionOptions) {
    const { status = [], source = [], name } = options;
    const narrows = status.length > 0 || source.length > 0 || name !== undefined;
    if (choices.length === 0 && !narrows)
      throw new Misuse('Say which jobs: SOURCE:KEY, a name, a pattern with *, an id, or --status, --source, --name.');
    this.named = choices.flatMap((choice) => ('job' in choice ? [choice.job] : []));
    if (this.named.length > 0 && narrows)
      throw new Misuse('--status, --source and --name choose jobs: they cannot stand with a SOURCE:KEY.');
    this.isOpen = this.named.length < choices.length || narrows;
    this.#choices = choices;
    this.#options = options;
  }

  /** Those that are looked for: the newest ones of the sources that fit. */
  async find(graph: Graph): Promise<Found> {
    if (!this.isOpen) return { jobs: [], failures: [], mayLackOlder: false, whyNone: '' };
    const { status, name } = this.#options;
    const patterns = this.#choices.flatMap((choice) => ('pattern' in choice ? [choice.pattern] : []));
    const variables = {
      sources: this.#sources(),
      filter: { statusIn: status, nameContains: name },
      first: MOST_LISTED,
    };
    const { nodes, failures } = (await graph.run(JobsDocument, variables)).jobs;
    const jobs = nodes
      .map((node) => ({ source: node.source.name, key: node.key, name: node.name }))
      .filter((job) => patterns.length === 0 || patterns.some((pattern) => patternFits(pattern, job)));
    return { jobs, failures, mayLackOlder: nodes.length === MOST_LISTED, whyNone: whyNone(patterns, nodes) };
  }

  /** The sources that can have such jobs; undefined for all. */
  #sources(): readonly string[] | undefined {
    const { source } = this.#options;
    if (source !== undefined) return source;
    const named = this.#choices.map((choice) => ('pattern' in choice ? choice.pattern.source : null));
    return named.every((name) => name !== null && !name.includes('*')) && named.length > 0
      ? [...new Set(named.filter((name) => name !== null))]
      : undefined;
  }
}

/** Names what is nearest to the only name that no job has. */
function whyNone([pattern, ...others]: readonly JobPattern[], listed: readonly Listed[]): string {
  if (pattern === undefined) return 'No job fits.';
  const none = `No job fits ${[pattern, ...others].map(({ text }) => text).join(', ')}.`;
  if (others.length > 0) return none;
  if (listed.some(({ source }) => source.name === pattern.text))
    return `${none} Jobs of that source: ${pattern.text}:*`;
  const known = new Set(listed.flatMap(({ name, key }) => [name, key]));
  const meant = suggestionFor(pattern.name, [...known]);
  return meant === null ? none : `${none} Did you mean ${meant}?`;
}
