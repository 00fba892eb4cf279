import type { VendorDefinition } from '../connector.ts';
import { createConnector } from './connector.ts';
import { deepsetOptions } from './options.ts';

/**
 * deepset AI Platform: pipelines, and their logs.
 * https://docs.cloud.deepset.ai/docs/api/main/get-pipeline-logs-api-v-1-workspaces-workspace-name-pipelines-pipeline-name-logs-get
 */
export const deepset: VendorDefinition = {
  vendor: 'deepset',
  title: 'deepset AI Platform',
  options: deepsetOptions,
  auth: ['bearer'],
  tokenUrl: () => null,
  // The log store took too long; the vendor advises to try again.
  classifyError: ({ status }) => (status === 504 ? { code: 'SOURCE_TIMEOUT', retryable: true } : null),
  create: ({ http, options }) => createConnector(http, deepsetOptions.parse(options).workspaces),
};
