import type { VendorDefinition } from '../vendors/connector.ts';
import type { RedisSettings } from '../redis/settings.ts';
import type { SourceTailSettings, TailSettings } from '../federation/tail/settings.ts';
import type { SourceHttpSettings } from '../http/settings.ts';
import type { AccessSettings } from './access.ts';
import type { TracingSettings } from './tracing.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import type { ClientLimits } from './service-limits.ts';
import type { QueryLimits } from './service-limits.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface ServerSettings {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** Are `node` and `nodes` part of the subgraph? */
  readonly subgraphNodes: boolean;
  readonly persistedQueries: PersistedQueries;
  /** The most queries in one request; 0: no list. */
  readonly batching: number;
  readonly compression: boolean;
  readonly csrfProtection: boolean;
  /** Names that it is reached under, beside that of `publicOrigin`. */
  readonly allowedHosts: readonly string[];
  /** The log explorer at `/`. */
  readonly explorer: boolean;
  /** Tools for assistants at `/mcp`. */
  readonly mcp: boolean;
  /** Of web pages, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** The origin at which browsers reach this server; null: each request says. */
  readonly publicOrigin: string | null;
  /** Who may call; null: the configuration does not say. */
  readonly auth: AccessSettings | null;
  /** Write down who read what? */
  readonly audit: boolean;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustProxy: readonly string[];
  readonly keepAliveMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  readonly logLevel: LogLevel;
  /** Where traces go; null: nowhere. */
  readonly tracing: TracingSettings | null;
  /** Null: the seal that all deployments without one share. */
  readonly cursorSecret: string | null;
}

/** One account at one vendor, ready to be connected. */
export interface SourceConfiguration {
  readonly name: string;
  readonly definition: VendorDefinition;
  readonly http: SourceHttpSettings;
  /** As the vendor's own `options` schema decoded them. */
  readonly options: unknown;
  /** Where its jobs are followed otherwise than those of other sources. */
  readonly tail: SourceTailSettings;
}

/** Where replicas share their pollers. */
export type RedisConfiguration = Omit<RedisSettings, 'secret'>;

export interface Configuration {
  readonly server: ServerSettings;
  /** What one operation and one client may take. */
  readonly limits: QueryLimits & ClientLimits;
  readonly tail: Partial<TailSettings>;
  /** Null: each replica polls for itself. */
  readonly redis: RedisConfiguration | null;
  /** In the order of the file. None: the sandbox serves. */
  readonly sources: readonly SourceConfiguration[];
}
