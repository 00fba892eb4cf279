import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Federation } from '../federation/api.ts';
import { isTooLong, limitBody } from './body-limit.ts';
import { isAllowedHost } from './client/allowed-hosts.ts';
import { Callers } from './client/callers.ts';
import { DEFAULT_CLIENT_LIMITS } from '../config/service-limits.ts';
import type { ClientLimits } from '../config/service-limits.ts';
import { createGate } from './client/gate.ts';
import { secure } from './client/security-headers.ts';
import { clientAddress, trustedProxies } from './client/address.ts';
import { createExport } from './export/endpoint.ts';
import { explorerRoutes } from './pages/explorer.ts';
import { createGraphiql, wantsPage } from './pages/graphiql.ts';
import { createGraphql } from './graphql/graphql.ts';
import { DEFAULT_QUERY_LIMITS } from '../config/service-limits.ts';
import type { QueryLimits } from '../config/service-limits.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { keepConnections, listen, urlOf } from './listen.ts';
import { isHost, isWelcome } from './client/own-origin.ts';
import type { Welcome } from './client/own-origin.ts';
import { serveWebSockets } from './websocket/websocket.ts';

export interface ServerOptions {
  readonly federation: Federation;
  readonly host: string;
  /** 0: a free one, chosen by the system. */
  readonly port: number;
  /** Serve GraphiQL to browsers? Default: yes. */
  readonly graphiql?: boolean;
  /** Serve the log explorer at `/`? Default: yes, where it is built. A text: the folder that holds the built page. */
  readonly explorer?: boolean | string;
  readonly logger?: Logger;
  /** Limits that differ from `DEFAULT_QUERY_LIMITS`. */
  readonly limits?: Partial<QueryLimits>;
  /** Limits of what clients may take that differ from `DEFAULT_CLIENT_LIMITS`. */
  readonly clientLimits?: Partial<ClientLimits>;
  /** Refuse what pages of other sites can make browsers send? Default: yes. */
  readonly csrfProtection?: boolean;
  /** May clients ask for the schema? Default: yes. */
  readonly introspection?: boolean;
  /** Names that the server is reached under: see client/allowed-hosts.ts. Default: any. */
  readonly allowedHosts?: readonly string[] | null;
  /** Origins of pages that may read answers and open WebSockets, beside our own. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Where browsers reach this server, as an origin. Default: what each request says in `Host`. */
  readonly publicOrigin?: string | null;
  /** Proxies whose `X-Forwarded-For` is believed: addresses and networks. Default: none. */
  readonly trustProxy?: readonly string[];
  /** How long a connection is kept while nothing is asked. Default: 75,000. */
  readonly keepAliveMilliseconds?: number;
  /** How long `close` waits for answers that are on their way. Default: 5,000. */
  readonly graceMilliseconds?: number;
  /**
   * How often a WebSocket is pinged, and a stream of server-sent events gets a comment when it is silent, so
   * that proxies keep them and clients that are gone are noticed. Default: 12,000.
   */
  readonly heartbeatMilliseconds?: number;
  /** Where this server and others count. Default: metrics of its own. */
  readonly metrics?: Metrics;
}

export interface RunningServer {
  /** Where it answers, without a path: `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Takes no more requests, closes the federation (which ends its tails), lets answers on their way out,
   * and then closes every connection. Resolves when nothing of the server is left.
   */
  close(): Promise<void>;
}

/** Nothing is lost without Redis: such a replica takes requests. */
const DEGRADED = 'ready, degraded: Redis does not answer, and each replica polls for itself\n';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Starts the service. Rejects when the port can't be had. */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { federation, host, port, logger = null, allowedOrigins = [] } = options;
  const { graceMilliseconds = 5_000, heartbeatMilliseconds = 12_000, publicOrigin = null } = options;
  const trusted = trustedProxies(options.trustProxy ?? []);
  const limits = { ...DEFAULT_QUERY_LIMITS, ...options.limits };
  const clientLimits = { ...DEFAULT_CLIENT_LIMITS, ...options.clientLimits };
  const callers = new Callers(clientLimits);
  const { csrfProtection = true, introspection = true, allowedHosts = null } = options;
  const welcome = { publicOrigin, allowedOrigins };
  const metrics = options.metrics ?? createMetrics();
  metrics.tails(() => federation.tailStatistics());
  const graphql = createGraphql({
    federation,
    limits,
    logger,
    metrics,
    allowedOrigins,
    heartbeatMilliseconds,
    introspection,
  });
  const graphiql = options.graphiql === false ? null : createGraphiql(federation);
  const stopping = new AbortController();
  const callerOf = (request: IncomingMessage): string | null => clientAddress(request, trusted);
  const admits = createGate({ callers, callerOf, welcome: csrfProtection ? welcome : null });
  const { explorer = true } = options;
  const page = explorer === false ? null : await explorerRoutes(explorer === true ? undefined : explorer);
  let closing: Promise<void> | null = null;

  const routes: Readonly<Record<string, Handler>> = {
    '/graphql': (request, response) => {
      if (graphiql !== null && wantsPage(request)) return graphiql(request, response);
      if (isStrangePreflight(request, welcome)) {
        const { origin } = request.headers;
        logger?.warn({ client: clientAddress(request, trusted), origin: origin?.slice(0, 200) }, STRANGE_PAGE);
        answerText(response, 403, `${STRANGE_PAGE}: see server.allowedOrigins in the configuration.\n`);
        return undefined;
      }
      if (!admits(request, response)) return undefined;
      return limitBody(request, response, limits.bodyBytes) ? graphql.yoga.handle(request, response) : undefined;
    },
    '/export': createExport({
      federation,
      bodyBytes: limits.bodyBytes,
      welcome: { publicOrigin, allowedOrigins },
      present: graphql.present,
      stopping: stopping.signal,
    }),
    '/': (_request, response) => {
      // Relative: a proxy may have put a path before it.
      response.writeHead(302, { location: 'graphql' }).end();
    },
    ...page,
    '/health/live': (_request, response) => {
      answerText(response, 200, 'live\n');
    },
    '/health/ready': (_request, response) => {
      if (closing !== null) answerText(response, 503, 'shutting down\n');
      else answerText(response, 200, federation.tailStatistics().sharing?.state === 'DOWN' ? DEGRADED : 'ready\n');
    },
    '/metrics': async (_request, response) => {
      const text = await metrics.registry.metrics();
      response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    response.once('close', () => {
      metrics.request(routeName(handler === undefined ? 'other' : path), response.statusCode);
    });
    secure(response);
    if (!isHost(request.headers.host ?? 'localhost')) {
      answerText(response, 400, 'The Host header is no host.\n');
      return;
    }
    if (!path.startsWith('/health/') && !isAllowedHost(request.headers.host ?? 'localhost', allowedHosts)) {
      answerText(response, 421, STRANGE_HOST);
      return;
    }
    if (handler === undefined) {
      answerText(response, 404, 'There is nothing here. The API is at /graphql.\n');
      return;
    }
    void serve(handler, request, response, logger);
  }

  const server = createHttpServer(answer);
  // A client that asks before it sends is told at once that its body is too long.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isTooLong(request, limits.bodyBytes)) response.writeContinue();
    answer(request, response);
  });
  server.maxConnections = clientLimits.connections;
  keepConnections(server, options.keepAliveMilliseconds ?? 75_000);

  const endWebSockets = serveWebSockets(server, {
    graphql,
    heartbeatMilliseconds,
    maxMessageBytes: limits.bodyBytes,
    welcome,
    clientLimits,
    isAllowedHost: (request) => isAllowedHost(request.headers.host ?? 'localhost', allowedHosts),
    begin: (request) => callers.begin(callerOf(request)),
    onRefusal(request) {
      const client = clientAddress(request, trusted);
      const origin = request.headers.origin?.slice(0, 200);
      logger?.warn({ client, origin }, 'a page of this origin may not open a WebSocket');
    },
  });

  await listen(server, host, port);

  async function shutDown(): Promise<void> {
    const stopped = once(server, 'close');
    server.close();
    stopping.abort();
    await federation.close();
    await endWebSockets(graceMilliseconds);
    server.closeIdleConnections();
    const impatience = setTimeout(() => {
      server.closeAllConnections();
    }, graceMilliseconds);
    await stopped;
    clearTimeout(impatience);
    await graphql.yoga.dispose();
  }

  return { url: urlOf(server, host), close: () => (closing ??= shutDown()) };
}

const STRANGE_HOST =
  'This service is not known under that name: see server.publicUrl and server.allowedHosts in the configuration.\n';
/** Names of built files change with each version: one label stands for all of them. */
function routeName(path: string): string {
  return path.startsWith('/assets/') ? '/assets' : path;
}

const STRANGE_PAGE = 'pages of this origin may not read answers';

/** Does a browser ask whether a page may read answers that may not? */
function isStrangePreflight(request: IncomingMessage, welcome: Welcome): boolean {
  return request.method === 'OPTIONS' && !isWelcome(request, welcome);
}

async function serve(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger | null,
): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    logger?.error({ error: error instanceof Error ? error.name : typeof error }, 'a request could not be answered');
    if (!response.headersSent) answerText(response, 500, 'Unexpected error.\n');
    else response.destroy();
  }
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
