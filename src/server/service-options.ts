import type { Logger } from 'pino';
import type { AccessSettings } from '../config/access.ts';
import type { ClientLimits, QueryLimits } from '../config/service-limits.ts';
import type { PersistedQueries } from '../config/persisted-queries.ts';
import type { Federation } from '../federation/api.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Tracing } from './tracing/tracing.ts';

export interface ServiceOptions {
  readonly federation: Federation;
  /** Who may call. Default: everybody. */
  readonly auth?: AccessSettings;
  /** Write to the log who read what? Default: no. */
  readonly audit?: boolean;
  /** Serve GraphiQL to browsers? Default: yes. */
  readonly graphiql?: boolean;
  /** Serve the log explorer at `/`? Default: yes, where it is built. A text: the folder that holds the built page. */
  readonly explorer?: boolean | string;
  /** Serve tools for assistants at `/mcp`? Default: no. */
  readonly mcp?: boolean;
  readonly logger?: Logger;
  /** Is a source left alone, as it kept failing? `/health/ready` says so. Default: that is not known. */
  readonly isSourceDown?: () => boolean;
  /** Limits that differ from `DEFAULT_QUERY_LIMITS`. */
  readonly limits?: Partial<QueryLimits>;
  /** Limits of what clients may take that differ from `DEFAULT_CLIENT_LIMITS`. */
  readonly clientLimits?: Partial<ClientLimits>;
  /** Refuse what pages of other sites can make browsers send? Default: yes. */
  readonly csrfProtection?: boolean;
  /** May clients ask for the schema? Default: yes. */
  readonly introspection?: boolean;
  /** Does a gateway find `Query.node` and `Query.nodes` in the subgraph? Default: yes. */
  readonly subgraphNodes?: boolean;
  /** Texts of operations that clients may name, or may send at all. Default: they send any, and name none. */
  readonly persistedQueries?: PersistedQueries;
  /** The most queries that one request may hold. Default: 0, one alone and no list. */
  readonly batching?: number;
  /** Compress answers for clients that take that? Default: yes. Streams of events are never compressed. */
  readonly compression?: boolean;
  /** Names that the server is reached under: see client/allowed-hosts.ts. Default: any. */
  readonly allowedHosts?: readonly string[] | null;
  /** Origins of pages that may read answers and open WebSockets, beside our own. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Where browsers reach this server, as an origin. Default: what each request says in `Host`. */
  readonly publicOrigin?: string | null;
  /** Proxies whose `X-Forwarded-For` is believed: addresses and networks. Default: none. */
  readonly trustProxy?: readonly string[];
  /**
   * How often a WebSocket is pinged, and a stream of server-sent events gets a comment when it is silent, so
   * that proxies keep them and clients that are gone are noticed. Default: 12,000.
   */
  readonly heartbeatMilliseconds?: number;
  /** Where operations are traced; closed by its owner. Default: nowhere. */
  readonly tracing?: Tracing;
  /** Where this server and others count. Default: metrics of its own. */
  readonly metrics?: Metrics;
}
