import type { VendorDefinition } from '../connector.ts';
import { createSapConnector, VENDOR } from './connector.ts';
import { classifyError, paceAfter } from './errors.ts';
import { optionsSchema } from './options.ts';

/** SAP Job Scheduling Service: https://help.sap.com/docs/job-scheduling */
export const sapJobScheduling: VendorDefinition = {
  vendor: VENDOR,
  title: 'SAP Job Scheduling Service',
  options: optionsSchema,
  auth: ['oauth2-client-credentials', 'basic', 'bearer', 'none'],
  tokenUrl: () => null,
  classifyError,
  paceAfter,
  create: createSapConnector,
};
