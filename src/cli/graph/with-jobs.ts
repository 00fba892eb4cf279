import type { Graph } from './graph.ts';
import { JobsDocument } from './generated/graphql.ts';
import type { GraphOptions } from './service-address.ts';
import { withGraph } from './with-graph.ts';
import { MOST_LISTED } from '../choose/job-selection.ts';
import type { JobSelection } from '../choose/job-selection.ts';
import { complaintOf } from '../output/complaint.ts';
import type { Failure } from '../output/complaint.ts';
import { formatJob } from '../../domain/job-reference.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { hasCode, unknownJob } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';
import { suggestionFor } from '../../domain/suggestion.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';

/** Jobs that are read together. */
export const MOST_CHOSEN = 50;
/** Jobs among which the nearest is looked for, the newest. */
const MOST_JOBS = 200;
/** The most time that a suggestion may take. */
const PATIENCE_MILLISECONDS = 3_000;
/** A key of fewer characters is near to any other. */
const LEAST_CHARACTERS = 4;
/** A longer key was not mistyped. */
const MOST_CHARACTERS = 200;

/** Says what is missing, and which job is nearest to one that there is not. */
export type ComplainAbout = (failures: readonly Failure[]) => Promise<void>;

/** What a command has that reads jobs. */
export interface JobsAtHand {
  readonly graph: Graph;
  /** Those that are named, then those that were found, each once. */
  readonly jobs: readonly JobRef[];
  readonly complainAbout: ComplainAbout;
}

/**
 * Gives a command the graph and the jobs that are chosen. A job that there is not is told together with the nearest. Fails after
 * the command when a source could not say which jobs it has.
 */
export async function withJobs(
  selection: JobSelection,
  options: GraphOptions & { readonly mayBeNone?: boolean },
  surroundings: Surroundings,
  use: (atHand: JobsAtHand) => Promise<number>,
): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const complainAbout: ComplainAbout = async (failures) => {
      for (const failure of failures) {
        const missing = selection.named.find(({ source, key }) => failure.message === unknownJob(source, key).message);
        const nearest = missing === undefined ? null : await nearestJob(missing, graph, surroundings.stop);
        surroundings.complain(complaintOf(failure, nearest === null ? null : formatJob(nearest)));
      }
    };
    try {
      const { jobs: found, failures, mayLackOlder, whyNone } = await selection.find(graph);
      await complainAbout(failures);
      if (mayLackOlder) surroundings.complain(`Only the newest ${MOST_LISTED} jobs are looked at.\n`);
      if (found.length > MOST_CHOSEN)
        surroundings.complain(`${found.length} jobs fit: the newest ${MOST_CHOSEN} of them are taken.\n`);
      const jobs = distinct([...selection.named, ...found.slice(0, MOST_CHOSEN)]);
      if (jobs.length === 0 && options.mayBeNone !== true) {
        surroundings.complain(`${whyNone} See \`tributary jobs\`.\n`);
        return EXIT.failed;
      }
      const code = await use({ graph, jobs, complainAbout });
      return code === EXIT.done && failures.length > 0 ? EXIT.failed : code;
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      await complainAbout([error]);
      return EXIT.failed;
    }
  });
}

function distinct(jobs: readonly JobRef[]): readonly JobRef[] {
  return [...new Map(jobs.map((job) => [formatJob(job), job])).values()].map(({ source, key }) => ({ source, key }));
}

/** The job of the same source that is most likely meant: it has that text for a name, or a key that is near. */
async function nearestJob({ source, key }: JobRef, graph: Graph, stop: AbortSignal): Promise<JobRef | null> {
  if (key.length > MOST_CHARACTERS) return null;
  const patience = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  // A suggestion is a favour: where the jobs cannot be listed there is none.
  const listed = graph.run(JobsDocument, { sources: [source], first: MOST_JOBS }).catch(() => null);
  const nodes = (await unlessAborted(listed, patience))?.jobs.nodes ?? [];
  const named = nodes.find(({ name }) => name.toLowerCase() === key.toLowerCase());
  const keys = nodes.map((job) => job.key).filter((known) => known.length >= LEAST_CHARACTERS);
  const nearest = named?.key ?? suggestionFor(key, keys);
  return nearest === null ? null : { source, key: nearest };
}
