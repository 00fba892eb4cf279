import type { VendorDefinition } from '../connector.ts';
import { createRestConnector } from './connector.ts';
import { restOptions } from './options.ts';

/** Any service with an HTTP API of JSON, described in the configuration: docs/own-sources.md. */
export const rest: VendorDefinition = {
  vendor: 'rest',
  title: 'a source of your own, described in the configuration',
  options: restOptions,
  auth: ['bearer', 'basic', 'header', 'oauth2-client-credentials', 'api-key-exchange', 'none'],
  tokenUrl: () => null,
  create: ({ http, options }) => createRestConnector(http, restOptions.parse(options)),
};
