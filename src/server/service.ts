import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccessSettings } from '../config/access.ts';
import { HeldBytes } from '../domain/held-bytes.ts';
import { createAssistant } from './assistant.ts';
import { createAudit } from './access/audit.ts';
import { createAccessControl } from './access/judge.ts';
import { answerText } from './answer-text.ts';
import { processRoom } from '../http/room/answer-room.ts';
import { serve } from './serve-request.ts';
import type { Handler } from './serve-request.ts';
import { isTooLong } from './body-limit.ts';
import { isAllowedHost, STRANGE_HOST } from './client/allowed-hosts.ts';
import { Callers } from './client/callers.ts';
import { NO_PERSISTED_QUERIES } from '../config/persisted-queries.ts';
import { DEFAULT_CLIENT_LIMITS, DEFAULT_QUERY_LIMITS } from '../config/service-limits.ts';
import type { LiveLimits } from '../config/service-limits.ts';
import { beginFrom, createGate, createIdentification } from './client/gate.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './client/request-id.ts';
import { secure } from './client/security-headers.ts';
import { clientAddress, trustedProxies } from './client/address.ts';
import { createExport } from './export/endpoint.ts';
import { createFetch } from './fetch.ts';
import type { FetchFacts } from './fetch.ts';
import { explorerRoutes } from './pages/explorer.ts';
import { createGraphiql, wantsPage } from './pages/graphiql.ts';
import type { BeginOperation } from './graphql/batches.ts';
import { createEndpoint } from './graphql/endpoint.ts';
import { createGraphql } from './graphql/graphql.ts';
import { createMetrics } from './metrics/metrics.ts';
import { metricsEndpoint } from './metrics/endpoint.ts';
import { readinessFacts, readinessOf } from './readiness.ts';
import { createDataGate } from './data-gate.ts';
import type { DataHandler } from './data-gate.ts';
import type { ServiceOptions } from './service-options.ts';
import { isHost } from './client/own-origin.ts';
import { Shutdown } from './shutdown.ts';
import { createWebSockets } from './websocket/websocket.ts';

/** All paths of the service. */
export interface ServicePaths {
  /** Paths that answer every caller alike and reveal nothing about sources. */
  readonly pages: readonly string[];
  /** Paths that read data. All pass the same gate. */
  readonly data: readonly string[];
}

/** The service without a port of its own. */
export interface Service {
  readonly paths: ServicePaths;
  /** Answers any path of the service: for Node's HTTP server and frameworks built on it. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** The same for a client that sends `Expect: 100-continue` (event `checkContinue`). */
  readonly askedFirst: (request: IncomingMessage, response: ServerResponse) => void;
  /** Serves WebSockets at /graphql: for the event `upgrade` of Node's HTTP server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** GraphQL over HTTP and server-sent events for hosts that use the Fetch API, on any path. */
  readonly fetch: (request: Request, facts?: FetchFacts) => Promise<Response>;
  /** Applies new rules and ends operations that they forbid. Resolves when all running operations are judged. */
  readonly applyRules: (rules: Rules) => Promise<void>;
  /** Closes the federation, its tails and the WebSockets within this time. `/health/ready` fails from here on. */
  readonly stop: (graceMilliseconds: number) => Promise<void>;
  /** Frees resources. Call it when no request is in progress. */
  readonly dispose: () => Promise<void>;
}

/**
 * The options that can change while the service runs: authentication, the sources (as another federation of the same
 * pollers), and whichever of the rest are given.
 */
export type Rules = Pick<ServiceOptions, 'auth' | 'federation' | 'allowedHosts' | 'publicOrigin' | 'trustProxy'> & {
  readonly liveLimits?: LiveLimits;
};

type Handlers = Readonly<Record<string, Handler>>;

const EVERYBODY: AccessSettings = { type: 'none' };

export async function createService(options: ServiceOptions): Promise<Service> {
  const { federation, logger = null, allowedOrigins = [] } = options;
  const { heartbeatMilliseconds = 12_000 } = options;
  let trusted = trustedProxies(options.trustProxy ?? []);
  const limits = { ...DEFAULT_QUERY_LIMITS, ...options.limits };
  const clientLimits = { ...DEFAULT_CLIENT_LIMITS, ...options.clientLimits };
  const callers = new Callers(clientLimits);
  processRoom.most = clientLimits.heldVendorBytes;
  const answering = { held: new HeldBytes(() => clientLimits.unreadBytes), heartbeatMilliseconds };
  const { csrfProtection = true, introspection = true, auth = EVERYBODY } = options;
  let { allowedHosts = null } = options;
  const accessControl = createAccessControl(auth, federation, (reason) => {
    logger?.warn({ reason }, "the issuer's keys can't be read");
  });
  const { judge } = accessControl;
  const identify = createIdentification({ callers, judge });
  const allowedPages = { publicOrigin: options.publicOrigin ?? null, allowedOrigins };
  const metrics = options.metrics ?? createMetrics();
  metrics.tails(() => federation.tailStatistics());
  metrics.held(() => answering.held.total);
  const subgraph = { nodes: options.subgraphNodes ?? true, traces: options.subgraphTraces ?? false };
  const { explorer = true, persistedQueries = NO_PERSISTED_QUERIES } = options;
  const page = explorer === false ? null : await explorerRoutes(explorer === true ? undefined : explorer);
  const ownTexts = page?.operations ?? [];
  const served = { persistedQueries, ownTexts, allowedOrigins, heartbeatMilliseconds, introspection, subgraph };
  const audit = options.audit === true && logger !== null ? createAudit(logger) : null;
  const { tracing = null, batching = 0, shortWay = true } = options;
  const hasOrigins = allowedOrigins.length > 0;
  const shutdown = new Shutdown();
  const { stopping, timeIsUp } = shutdown;
  const begin: BeginOperation = (client, access) => beginFrom(client, access, callers);
  const graphql = createGraphql({ limits, logger, metrics, audit, tracing, batching, begin, timeIsUp, ...served });
  // GraphiQL queries the schema and sends arbitrary texts, which are refused if only persisted operations are allowed.
  const withGraphiql = options.graphiql !== false && !persistedQueries.only;
  // The page is the same for every caller, so its examples name jobs only if anyone may see them.
  const graphiqlFor = ({ auth = EVERYBODY, federation }: Rules): Handler | null =>
    withGraphiql ? createGraphiql(auth.type === 'none' ? federation : null) : null;
  let graphiql = graphiqlFor(options);
  const callerOf = (request: IncomingMessage): string | null => clientAddress(request, trusted);
  const admit = createGate({ callers, allowedPages: csrfProtection ? allowedPages : null });

  const answerData = createDataGate({
    admit,
    identify,
    allowedPages,
    clientOf: callerOf,
    bodyBytes: limits.bodyBytes,
    held: answering.held,
    compression: options.compression ?? true,
    logger,
  });

  /** Paths that answer every caller alike and reveal nothing about sources. */
  const pages: Handlers = {
    '/': (_request, response) => {
      // Relative, because a proxy may add a path prefix.
      response.writeHead(302, { location: 'graphql' }).end();
    },
    ...page?.routes,
    '/health/live': (_request, response) => {
      answerText(response, 200, 'live\n');
    },
    '/health/ready': (_request, response) => {
      const { status, text } = readinessOf({ isStopping: stopping.aborted, ...readinessFacts(options) });
      answerText(response, status, text);
    },
  };

  /** What ways other than GraphQL need. */
  const reading = {
    audit,
    tracing,
    limits,
    allowedPages,
    present: graphql.present,
    clientOf: callerOf,
    stopping,
  };
  const data: Readonly<Record<string, DataHandler>> = {
    '/graphql': createEndpoint({ graphql, limits, clientOf: callerOf, hasOrigins, shortWay, ...answering }),
    '/export': createExport({ ...reading, ...answering }),
    ...(options.mcp === true ? { '/mcp': createAssistant({ ...reading, ...answering, timeIsUp }) } : {}),
    '/metrics': metricsEndpoint(metrics),
  };

  function handlerOf(path: string, request: IncomingMessage): Handler | null {
    if (path === '/graphql' && graphiql !== null && wantsPage(request)) return graphiql;
    if (Object.hasOwn(pages, path)) return pages[path] ?? null;
    const handler = Object.hasOwn(data, path) ? data[path] : undefined;
    return handler === undefined ? null : (given, response) => answerData(handler, given, response);
  }

  function listener(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handler = handlerOf(path, request);
    response.setHeader(REQUEST_ID_HEADER, requestIdOf(request));
    response.once('close', () => {
      metrics.request(routeName(handler === null ? 'other' : path), response.statusCode);
    });
    secure(response);
    if (!isHost(request.headers.host ?? 'localhost')) {
      answerText(response, 400, 'The Host header is not a host name.\n');
      return;
    }
    if (!path.startsWith('/health/') && !isAllowedHost(request.headers.host ?? 'localhost', allowedHosts)) {
      answerText(response, 421, `${STRANGE_HOST}\n`);
      return;
    }
    if (handler === null) {
      answerText(response, 404, 'There is nothing here. The API is at /graphql.\n');
      return;
    }
    void serve(handler, request, response, logger);
  }

  const sockets = createWebSockets({
    graphql,
    ...answering,
    limits,
    allowedPages,
    clientLimits,
    isAllowedHost: (request) => isAllowedHost(request.headers.host ?? 'localhost', allowedHosts),
    judge,
    clientOf: callerOf,
    begin: (request, access) => beginFrom(callerOf(request), access, callers),
    onRefusal(request) {
      const origin = request.headers.origin?.slice(0, 200);
      logger?.warn({ client: callerOf(request), origin }, 'a page of this origin may not open a WebSocket');
    },
  });

  return {
    paths: { pages: Object.keys(pages), data: Object.keys(data) },
    listener,
    askedFirst(request, response) {
      // A body that is declared too long is refused before the client sends it.
      if (!isTooLong(request, limits.bodyBytes)) response.writeContinue();
      listener(request, response);
    },
    upgrade: sockets.upgrade,
    fetch: createFetch({
      yogaFor: graphql.yogaFor,
      admit,
      identify,
      bodyBytes: limits.bodyBytes,
      held: answering.held,
      isAllowedHost: (host) => isAllowedHost(host, allowedHosts),
    }),
    async applyRules(next) {
      graphiql = graphiqlFor(next);
      // Each limit is read at each use, so changing the objects in place takes effect.
      if (next.liveLimits !== undefined)
        for (const each of [limits, clientLimits]) Object.assign(each, next.liveLimits);
      processRoom.most = clientLimits.heldVendorBytes;
      if (next.trustProxy !== undefined) trusted = trustedProxies(next.trustProxy);
      if (next.allowedHosts !== undefined) ({ allowedHosts } = next);
      if (next.publicOrigin !== undefined) allowedPages.publicOrigin = next.publicOrigin;
      await accessControl.applyRules(next.auth ?? EVERYBODY, next.federation);
    },
    async stop(graceMilliseconds) {
      shutdown.begin(graceMilliseconds);
      await federation.close();
      await sockets.close(graceMilliseconds);
    },
    dispose: () => graphql.dispose(),
  };
}

/** Names of built files change with each version, so all share one label. */
function routeName(path: string): string {
  return path.startsWith('/assets/') ? '/assets' : path;
}
