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
  /** Processes that answer. 'auto': one for each core. */
  readonly workers: number | 'auto';
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** True if `node` and `nodes` are part of the subgraph. */
  readonly subgraphNodes: boolean;
  /** True: gateways get traces of fields that they ask for. */
  readonly subgraphTraces: boolean;
  readonly persistedQueries: PersistedQueries;
  /** Most queries in one request; 0: lists of queries are refused. */
  readonly batching: number;
  readonly compression: boolean;
  readonly csrfProtection: boolean;
  /** Host names under which the service is reached, in addition to that of `publicOrigin`. */
  readonly allowedHosts: readonly string[];
  /** The log explorer at `/`. */
  readonly explorer: boolean;
  /** Tools for assistants at `/mcp`. */
  readonly mcp: boolean;
  /** Origins of web pages, in addition to our own. */
  readonly allowedOrigins: readonly string[];
  /** The origin at which browsers reach this server; null: taken from each request. */
  readonly publicOrigin: string | null;
  /** Who may call; null: not configured. */
  readonly auth: AccessSettings | null;
  /** True: log who read what. */
  readonly audit: boolean;
  /** Proxies whose `X-Forwarded-For` is trusted. */
  readonly trustProxy: readonly string[];
  readonly keepAliveMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  readonly logLevel: LogLevel;
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
