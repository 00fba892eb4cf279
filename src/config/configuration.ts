import type { VendorDefinition } from '../vendors/connector.ts';
import type { SourceHttpSettings } from '../http/settings.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface ServerSettings {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  readonly graphiql: boolean;
  /** Of web pages, beside our own. */
  readonly allowedOrigins: readonly string[];
  readonly logLevel: LogLevel;
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
}

export interface Configuration {
  readonly server: ServerSettings;
  /** In the order of the file. */
  readonly sources: readonly SourceConfiguration[];
}
