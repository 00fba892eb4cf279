import type { Logger } from 'pino';
import type { AccessSettings } from '../config/access.ts';
import type { ClientLimits, QueryLimits } from '../config/service-limits.ts';
import type { PersistedQueries } from '../config/persisted-queries.ts';
import type { Federation } from '../federation/api.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Tracing } from './tracing/tracing.ts';

/** What the workers of one service tell each other for `/health/ready`. */
export interface WorkersState {
  /** True if Redis does not answer one of them. */
  readonly isRedisDown: boolean;
  /** True if a source's breaker is open in one of them. */
  readonly isSourceDown: boolean;
  /** True if one of them is being replaced. */
  readonly isMissing: boolean;
}

export interface ServiceOptions {
  readonly federation: Federation;
  /** How callers are authenticated. Default: anyone may call. */
  readonly auth?: AccessSettings;
  /** True: log who read what. Default: false. */
  readonly audit?: boolean;
  /** True: serve GraphiQL to browsers. Default: true. */
  readonly graphiql?: boolean;
  /** True: serve the log explorer at `/`, if it is built. A string: the folder of the built page. Default: true. */
  readonly explorer?: boolean | string;
  /** True: serve tools for assistants at `/mcp`. Default: false. */
  readonly mcp?: boolean;
  readonly logger?: Logger;
  /** True if a source's breaker is open; `/health/ready` reports it. Default: not reported. */
  readonly isSourceDown?: () => boolean;
  /** What the other workers of this service report. Default: it has one process. */
  readonly otherWorkers?: () => WorkersState;
  /** Limits that differ from `DEFAULT_QUERY_LIMITS`. */
  readonly limits?: Partial<QueryLimits>;
  /** Limits of clients that differ from `DEFAULT_CLIENT_LIMITS`. */
  readonly clientLimits?: Partial<ClientLimits>;
  /** True: refuse requests that pages of other sites can make browsers send (CSRF). Default: true. */
  readonly csrfProtection?: boolean;
  /** True: clients may query the schema. Default: true. */
  readonly introspection?: boolean;
  /** True: the subgraph shows `Query.node` and `Query.nodes` to a gateway. Default: true. */
  readonly subgraphNodes?: boolean;
  /** True: gateways get traces of fields (`ftv1`) that they ask for. Default: false. */
  readonly subgraphTraces?: boolean;
  /**
   * Persisted operations: texts that clients may name by id, and whether they may send other texts. Default: any text,
   * no ids.
   */
  readonly persistedQueries?: PersistedQueries;
  /** Most queries in one request. Default: 0, batching is off. */
  readonly batching?: number;
  /** True: compress answers for clients that accept it. Default: true. Streams of events are never compressed. */
  readonly compression?: boolean;
  /**
   * False: every GraphQL request takes yoga's general way, also ordinary queries: see graphql/endpoint.ts. The answers are the same.
   * Default: true.
   */
  readonly shortWay?: boolean;
  /** Names under which the server may be reached: see client/allowed-hosts.ts. Default: any. */
  readonly allowedHosts?: readonly string[] | null;
  /** Origins of pages that may read answers and open WebSockets, in addition to our own. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** The origin under which browsers reach this server. Default: each request's `Host`. */
  readonly publicOrigin?: string | null;
  /** Proxies whose `X-Forwarded-For` is trusted: addresses and networks. Default: none. */
  readonly trustProxy?: readonly string[];
  /**
   * Interval of pings on WebSockets, and of comments on silent streams of server-sent events, so that proxies keep them
   * and lost clients are noticed. Default: 12,000.
   */
  readonly heartbeatMilliseconds?: number;
  /** Traces operations. The caller that passes it closes it. Default: no tracing. */
  readonly tracing?: Tracing;
  /** The metrics to count in, possibly shared with other servers. Default: separate metrics. */
  readonly metrics?: Metrics;
}
