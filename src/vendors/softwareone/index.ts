import type { VendorDefinition } from '../connector.ts';
import { createSoftwareOneConnector } from './connector.ts';
import { softwareOneOptions } from './options.ts';

/**
 * SoftwareOne Marketplace: tasks, their child tasks and their logs, queried with RQL.
 * https://docs.platform.softwareone.com/developer-resources/rest-api/task-api
 */
export const softwareOne: VendorDefinition = {
  vendor: 'softwareone',
  title: 'SoftwareOne Marketplace',
  options: softwareOneOptions,
  auth: ['bearer', 'none'],
  /** API tokens are long-lived: they are configured, not fetched. */
  tokenUrl: () => null,
  create: createSoftwareOneConnector,
};
