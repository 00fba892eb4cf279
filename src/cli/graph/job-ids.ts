import { JobIdDocument } from './generated/graphql.ts';
import type { Graph } from './graph.ts';
import { unknownSource } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';

/**
 * The global ids of jobs, in the same order. Does not check that the jobs exist. Throws NOT_FOUND for an unknown
 * source.
 */
export async function idsOf(jobs: readonly JobRef[], graph: Graph): Promise<readonly string[]> {
  return Promise.all(
    jobs.map(async ({ source, key }) => {
      const { job, sources } = await graph.run(JobIdDocument, { source, key });
      if (job !== null) return job.id;
      const known = sources.map(({ name }) => name);
      throw unknownSource(source, known);
    }),
  );
}
