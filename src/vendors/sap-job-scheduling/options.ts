import { z } from 'zod';

/** What an instance turned out to be, or is said to be. */
export const DIALECTS = ['auto', 'legacy', 'current'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Largest page of runs. The vendor publishes none; 200 is what it gives when nothing is asked for. */
export const MAX_RUNS_PER_PAGE = 200;

/** Largest page of jobs: https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/retrieve-jobs */
export const JOBS_PER_PAGE = 100;

export const optionsSchema = z.strictObject({
  pageSize: z
    .int()
    .min(1)
    .max(MAX_RUNS_PER_PAGE)
    .default(MAX_RUNS_PER_PAGE)
    .describe('Runs that one call asks for. Smaller pages cost more calls.'),
  spanSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('How long after its invocation a run may complete and still be put in exact time order, seconds.'),
  dialect: z
    .enum(DIALECTS)
    .default('auto')
    .describe(
      'How the instance pages runs. legacy: offsets count from 1, no cursors; current: offsets count from 0, and run ids are cursors; auto: found out from its answers.',
    ),
});

export type SapSourceOptions = z.infer<typeof optionsSchema>;
