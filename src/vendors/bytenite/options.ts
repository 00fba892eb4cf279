import { z } from 'zod';
import { JOB_PAGE_SIZE, LOG_CAP } from './facts.ts';

export const byteNiteOptions = z.strictObject({
  jobPageSize: z
    .int()
    .min(1)
    .max(1000)
    .default(JOB_PAGE_SIZE)
    .describe('How many jobs one call of the job list asks for. The vendor publishes no maximum; less is taken too.'),
  logCap: z
    .int()
    .min(1)
    .nullable()
    .default(LOG_CAP)
    .describe(
      'How many lines a log answer has when the vendor has cut it short without saying so: an answer of exactly that many is reported as truncated. Null: it never cuts.',
    ),
});
