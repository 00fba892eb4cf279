import { patternFits } from './job-choice.ts';
import type { JobChoice, JobPattern } from './job-choice.ts';
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

type Listed = JobsQuery['jobs']['nodes'][number];

/** Most jobs that are searched, the newest first. */
export const MOST_LISTED = 200;

/** The jobs that a command works on. */
export class JobSelection {
  /** Jobs named by key or id. */
  readonly named: readonly JobRef[];
  /** True if jobs are also searched. Then more jobs may match later. */
  readonly isOpen: boolean;
  readonly #choices: readonly JobChoice[];
  readonly #options: SelectionOptions;

  /** Throws `Misuse` if nothing is chosen, or if named jobs are combined with options that choose jobs. */
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

  /**
   * Searches the newest jobs for those that match. `mayLackOlder`: the search reached `MOST_LISTED`; `whyNone` is the
   * message for a search without results.
   */
  async find(graph: Graph) {
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

  /** The sources to search; undefined: all. */
  #sources(): readonly string[] | undefined {
    const { source } = this.#options;
    if (source !== undefined) return source;
    const named = this.#choices.map((choice) => ('pattern' in choice ? choice.pattern.source : null));
    return named.every((name) => name !== null && !name.includes('*')) && named.length > 0
      ? [...new Set(named.filter((name) => name !== null))]
      : undefined;
  }
}

/** The message for a search without results. For a single pattern, suggests the nearest name or key. */
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
