import { z } from 'zod';
import { LARGEST_PAGE } from './facts.ts';

export const softwareOneOptions = z.strictObject({
  pageSize: z
    .int()
    .min(1)
    .max(LARGEST_PAGE)
    .default(LARGEST_PAGE)
    .describe('Tasks and lines on a page of the vendor. 100 is its largest.'),
});
