import type { VendorDefinition } from '../connector.ts';
import { createByteNiteConnector } from './connector.ts';
import { classifyError } from './errors.ts';
import { byteNiteOptions } from './options.ts';

/**
 * ByteNite: jobs that are partitioned, run as tasks and assembled. Its log call has no pagination:
 * POST /logs answers with everything at once. https://docs.bytenite.com
 */
export const byteNite: VendorDefinition = {
  vendor: 'bytenite',
  title: 'ByteNite',
  options: byteNiteOptions,
  auth: ['api-key-exchange', 'bearer', 'none'],
  /** `…/v1/customer` → `…/v1/auth/access_token`: beside the last part of the base URL's path. */
  tokenUrl: (baseUrl) => new URL('auth/access_token', baseUrl.replace(/\/+$/, '')).href,
  classifyError,
  create: createByteNiteConnector,
};
