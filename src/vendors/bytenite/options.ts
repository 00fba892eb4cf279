import { z } from 'zod';
import { JOB_PAGE_SIZE } from './facts.ts';

export const byteNiteOptions = z.strictObject({
  jobPageSize: z
    .int()
    .min(1)
    .max(1000)
    .default(JOB_PAGE_SIZE)
    .describe('How many jobs one call of the job list asks for. The vendor publishes no maximum; less is taken too.'),
});
