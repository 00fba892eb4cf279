import { z } from 'zod';

/** The dialect of an instance: configured, or `auto` to detect it. */
export const DIALECTS = ['auto', 'legacy', 'current'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Largest page of runs. The vendor publishes no limit; 200 is its default. */
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
    .default(80)
    .describe(
      'How long before or after its invocation a line of a run may lie and still be put in exact time order, seconds. On schedules whose runs are further apart, the runs on the same page reach further at no cost.',
    ),
  dialect: z
    .enum(DIALECTS)
    .default('auto')
    .describe(
      'How the instance pages runs. legacy: by offsets; current: by run ids; auto: found out from its answers.',
    ),
});
