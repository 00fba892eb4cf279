import type { z } from 'zod';
import type { VendorDefinition } from '../vendors/connector.ts';
import type { RedisSettings } from '../redis/settings.ts';
import type { SourceTailSettings, TailSettings } from '../federation/tail/settings.ts';
import type { SourceHttpSettings } from '../http/settings.ts';
import type { serverSchema } from './schema/schema.ts';
import type { AccessSettings } from './access.ts';
import type { TracingSettings } from './tracing.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import type { ClientLimits, QueryLimits } from './service-limits.ts';

type ServerInput = z.output<typeof serverSchema>;

type Converted =
  | 'auth'
  | 'publicUrl'
  | 'keepAlive'
  | 'headersTimeout'
  | 'bodyTimeout'
  | 'heartbeat'
  | 'persistedQueries'
  | 'tracing'
  | 'cursorSecret';

export interface ServerSettings extends Readonly<Omit<ServerInput, Converted>> {
  readonly persistedQueries: PersistedQueries;
  /** The origin at which browsers reach this server; null: taken from each request. */
  readonly publicOrigin: string | null;
  /** Who may call; null: not configured. */
  readonly auth: AccessSettings | null;
  readonly keepAliveMilliseconds: number;
  /** Null: as long as fits the time for which connections are kept. */
  readonly headersTimeoutMilliseconds: number | null;
  readonly bodyTimeoutMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  /** Where traces are sent; null: tracing is off. */
  readonly tracing: TracingSettings | null;
  /** Null: the seal that all deployments without a secret share. */
  readonly cursorSecret: string | null;
}

/** One account at one vendor, ready to be connected. */
export interface SourceConfiguration {
  readonly name: string;
  readonly definition: VendorDefinition;
  readonly http: SourceHttpSettings;
  /** As decoded by the vendor's own `options` schema. */
  readonly options: unknown;
  /** Tail settings that differ from those of other sources. */
  readonly tail: SourceTailSettings;
}

/** The Redis through which replicas share their pollers. */
export type RedisConfiguration = Omit<RedisSettings, 'secret'>;

export interface Configuration {
  readonly server: ServerSettings;
  /** Limits of one operation and one client. */
  readonly limits: QueryLimits & ClientLimits;
  readonly tail: Partial<TailSettings>;
  /** Null: each replica polls alone. */
  readonly redis: RedisConfiguration | null;
  /** In the order of the file. Empty: the sandbox serves. */
  readonly sources: readonly SourceConfiguration[];
}
