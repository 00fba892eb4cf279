import type { Graph } from './graph.ts';
import { JobsDocument } from './generated/graphql.ts';
import type { GraphOptions } from './service-address.ts';
import { withGraph } from './with-graph.ts';
import { complaintOf } from '../complaint.ts';
import type { Failure } from '../complaint.ts';
import { formatJob } from '../job-reference.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { hasCode, unknownJob } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';
import { suggestionFor } from '../../domain/suggestion.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';

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

/** Gives a command that reads these jobs the graph. A job that there is not is told together with the nearest. */
export async function withJobs(
  jobs: readonly JobRef[],
  options: GraphOptions,
  surroundings: Surroundings,
  use: (graph: Graph, complainAbout: ComplainAbout) => Promise<number>,
): Promise<number> {
  return withGraph(options, surroundings, async (graph) => {
    const complainAbout: ComplainAbout = async (failures) => {
      for (const failure of failures) {
        const missing = jobs.find(({ source, key }) => failure.message === unknownJob(source, key).message);
        const nearest = missing === undefined ? null : await nearestJob(missing, graph, surroundings.stop);
        surroundings.complain(complaintOf(failure, nearest === null ? null : formatJob(nearest)));
      }
    };
    try {
      return await use(graph, complainAbout);
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      await complainAbout([error]);
      return EXIT.failed;
    }
  });
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
