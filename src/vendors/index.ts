import { byteNite } from './bytenite/index.ts';
import type { VendorDefinition } from './connector.ts';
import { deepset } from './deepset/index.ts';
import { nemo } from './nemo/index.ts';
import { rest } from './rest/index.ts';
import { sapJobScheduling } from './sap-job-scheduling/index.ts';
import { softwareOne } from './softwareone/index.ts';

/** All vendors that a source can belong to. A new vendor is one folder here and one line below. */
export const VENDORS: readonly VendorDefinition[] = [nemo, sapJobScheduling, byteNite, softwareOne, deepset, rest];
