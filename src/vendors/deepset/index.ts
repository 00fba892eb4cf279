import { z } from 'zod';
import type { VendorDefinition } from '../connector.ts';
import { createConnector } from './connector.ts';
import { areDistinct } from './keys.ts';

const options = z.strictObject({
  workspaces: z
    .array(z.string().min(1))
    .min(1)
    .refine(areDistinct, 'workspaces must differ, and none may begin with the name of another one and a slash')
    .describe('Names of the workspaces whose pipelines are the jobs of this source.'),
});

/**
 * deepset AI Platform: pipelines, and their logs.
 * https://docs.cloud.deepset.ai/docs/api/main/get-pipeline-logs-api-v-1-workspaces-workspace-name-pipelines-pipeline-name-logs-get
 */
export const deepset: VendorDefinition = {
  vendor: 'deepset',
  title: 'deepset AI Platform',
  options,
  auth: ['bearer'],
  tokenUrl: () => null,
  // The log store took too long; the vendor says to try again.
  classifyError: ({ status }) => (status === 504 ? { code: 'SOURCE_TIMEOUT', retryable: true } : null),
  create: ({ http, options: given }) => createConnector(http, options.parse(given).workspaces),
};
