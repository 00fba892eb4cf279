import { z } from 'zod';
import { areDistinct } from './keys.ts';

export const deepsetOptions = z.strictObject({
  workspaces: z
    .array(z.string().min(1))
    .min(1)
    .refine(areDistinct, 'workspaces must differ, and none may begin with the name of another one and a slash')
    .describe('Names of the workspaces whose pipelines are the jobs of this source.'),
});
