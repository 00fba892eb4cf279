import type { z } from 'zod';
import type { serviceLimitsSchema } from '../config/service-limits.ts';
import type { commonSchema, serverSchema } from '../config/schema/schema.ts';
import type { redisSchema, tailSchema } from '../config/schema/tail.ts';

/**
 * One account at one vendor: the value of `sources.NAME` in the configuration file. Other keys are options of its
 * vendor.
 */
export type SourceConfig = z.input<typeof commonSchema> & {
  readonly vendor: string;
  readonly [option: string]: unknown;
};

/** The content of `tributary.yaml` as an object. See docs/configuration.md. */
export interface TributaryConfig {
  /** Modules that define vendors of your own, as paths. */
  readonly plugins?: readonly string[];
  readonly server?: z.input<typeof serverSchema>;
  readonly limits?: z.input<typeof serviceLimitsSchema>;
  readonly tail?: z.input<typeof tailSchema>;
  readonly redis?: z.input<typeof redisSchema>;
  /** Accounts at vendors, by the name that clients see. Left out: the sandbox, simulated vendors. */
  readonly sources?: Readonly<Record<string, SourceConfig>>;
}
