import { z } from 'zod';

/** The configuration keys of this vendor's sources, in addition to those of all sources. */
export const nemoOptions = z.strictObject({
  workspaces: z
    .array(
      z
        .string()
        .min(1)
        .regex(/^[^/]+$/, 'a workspace name has no slash'),
    )
    .min(1)
    .describe('Workspaces whose jobs are read.'),
  pageSize: z
    .int()
    .min(1)
    .max(1000)
    .default(1000)
    .describe('Most log lines per call; fewer are asked for where fewer are needed. The vendor takes at most 1000.'),
  maxWalk: z
    .int()
    .min(1)
    .default(50)
    .describe('Most pages that one read walks where page tokens turn out to be opaque.'),
});

export type NemoOptions = z.infer<typeof nemoOptions>;
