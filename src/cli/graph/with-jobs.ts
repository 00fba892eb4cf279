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

/** Most jobs that are read together. */
export const MOST_CHOSEN = 50;
/** Most jobs that are searched for a suggestion, newest first. */
const MOST_JOBS = 200;
/** Time limit of a suggestion. */
const PATIENCE_MILLISECONDS = 3_000;
/** Shorter keys are not suggested: they are similar to any text. */
const LEAST_CHARACTERS = 4;
/** Longer keys get no suggestion: users copy them. */
const MOST_CHARACTERS = 200;

/** Prints failures, with a suggestion for a job that does not exist. */
export type ComplainAbout = (failures: readonly Failure[]) => Promise<void>;

/** What a command that reads jobs gets. */
export interface JobsAtHand {
  readonly graph: Graph;
  /** The named jobs, then the found jobs, without duplicates. */
  readonly jobs: readonly JobRef[];
  readonly complainAbout: ComplainAbout;
}

/**
 * Runs a command with the graph and the chosen jobs. For a job that does not exist, suggests the nearest. Fails after
 * the command if a source could not list its jobs.
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

/** The job of the same source that the user probably meant: its name equals the text, or its key is similar. */
async function nearestJob({ source, key }: JobRef, graph: Graph, stop: AbortSignal): Promise<JobRef | null> {
  if (key.length > MOST_CHARACTERS) return null;
  const patience = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  // A suggestion is optional: without a list of jobs there is none.
  const listed = graph.run(JobsDocument, { sources: [source], first: MOST_JOBS }).catch(() => null);
  const nodes = (await unlessAborted(listed, patience))?.jobs.nodes ?? [];
  const named = nodes.find(({ name }) => name.toLowerCase() === key.toLowerCase());
  const keys = nodes.map((job) => job.key).filter((known) => known.length >= LEAST_CHARACTERS);
  const nearest = named?.key ?? suggestionFor(key, keys);
  return nearest === null ? null : { source, key: nearest };
}
