import { z } from 'zod';
import type { Connector, VendorDefinition } from '../../src/vendors/connector.ts';

function neverConnected(): Connector {
  throw new Error('this test connects nothing');
}

/** Has options, and accepts a token or no authorisation. */
export const orchard: VendorDefinition = {
  vendor: 'orchard',
  title: 'Orchard Platform',
  options: z.strictObject({
    workspaces: z.array(z.string().min(1)).min(1).describe('Workspaces to read.'),
    pageSize: z.int().min(1).max(500).default(100).describe('Lines per call.'),
  }),
  auth: ['bearer', 'none'],
  tokenUrl: () => null,
  create: neverConnected,
};

/** Has no options, and its sources want a key in a header of their own. */
export const quarry: VendorDefinition = {
  vendor: 'quarry',
  title: 'Quarry Builds',
  options: z.strictObject({}),
  auth: ['header'],
  tokenUrl: () => null,
  create: neverConnected,
};

/** Has no options, and no default token endpoint. */
export const harbour: VendorDefinition = {
  vendor: 'harbour',
  title: 'Harbour Scheduler',
  options: z.strictObject({}),
  auth: ['oauth2-client-credentials', 'basic'],
  tokenUrl: () => null,
  create: neverConnected,
};

/** Has a token endpoint next to its base URL. */
export const lantern: VendorDefinition = {
  vendor: 'lantern',
  title: 'Lantern Render',
  options: z.strictObject({}),
  auth: ['api-key-exchange'],
  tokenUrl: (baseUrl) => `${new URL(baseUrl).origin}/token`,
  classifyError: () => null,
  create: neverConnected,
};

export const FAKE_VENDORS = [orchard, harbour, lantern] as const;
