import type { VendorDefinition } from '../connector.ts';
import { createNemoConnector } from './connector.ts';
import { classifyError } from './errors.ts';
import { nemoOptions } from './options.ts';

/** The jobs service of NVIDIA NeMo: `/apis/jobs/v2/workspaces/{workspace}/jobs`. */
export const nemo: VendorDefinition = {
  vendor: 'nemo',
  title: 'NVIDIA NeMo',
  options: nemoOptions,
  auth: ['bearer', 'none'],
  tokenUrl: () => null,
  classifyError,
  create: ({ source, http, options }) => createNemoConnector(source, http, nemoOptions.parse(options)),
};
