import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../config/problems.ts';
import type { Problem } from '../config/problems.ts';
import { DEFAULT_CLIENT_LIMITS } from '../config/service-limits.ts';
import { isTrusted, trustedProxies } from './client/address.ts';
import { isLoopback } from './client/allowed-hosts.ts';
import { boundConnections, shareConnections } from './client/connections.ts';
import type { ServiceOptions } from './service-options.ts';
import { createService } from './service.ts';
import type { Rules, ServicePaths } from './service.ts';

export interface ServerOptions extends ServiceOptions {
  /** The host to listen on. A host that other machines can reach needs `auth`. */
  readonly host: string;
  /** The port; 0: the system chooses a free one. */
  readonly port: number;
  /** How long an idle connection is kept. Default: 75,000. */
  readonly keepAliveMilliseconds?: number;
  /** How long a client may take for the headers of a request. Null, the default: five seconds more than a connection is kept, at least 60,000. */
  readonly headersTimeoutMilliseconds?: number | null;
  /** How much longer it may take for the body. Default: 10,000. */
  readonly bodyTimeoutMilliseconds?: number;
  /**
   * True: one of several workers that listen on this port (node:cluster). Node would hand a connection over
   * `maxConnections` from worker to worker without end, so such a server closes it itself. Default: false.
   */
  readonly isWorker?: boolean;
  /** How long `close` waits for answers in progress. Default: 5,000. */
  readonly graceMilliseconds?: number;
}

/** The options that can change while the server runs. */
export type ServerRules = Rules & Pick<ServerOptions, 'keepAliveMilliseconds'>;

export interface RunningServer {
  /** The server's URL without a path: `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly paths: ServicePaths;
  /**
   * Applies new rules, like `Service.applyRules`. If they would open the server to other machines without `auth`, rejects
   * with a `ConfigurationError` and changes nothing.
   */
  applyRules(rules: ServerRules): Promise<void>;
  /**
   * Stops accepting requests, closes the federation (which ends its tails), lets answers in progress finish, and then
   * closes every connection. Resolves when all of that is done.
   */
  close(): Promise<void>;
}

/** How often a server that stops looks for connections without a request. */
const IDLE_CHECK_MILLISECONDS = 20;

/** How often, at least, the server looks for requests that are over their time. Node's own default lets them be half a minute late. */
const CHECK_MILLISECONDS = 5_000;

const HTTP_OPTIONS = {
  /**
   * Known to Node from 24.9 on. Java's client offers HTTP/2 (`Upgrade: h2c`) with its first request, and expects an answer to that
   * request where it is not wanted. An older Node takes each offer out of HTTP, and then it is refused.
   */
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

/** The problem of a server without `auth` on a reachable host: anyone could read all logs. */
const OPEN: Problem = {
  key: 'server.auth',
  message:
    'is missing: other machines could read everything. Say who may call, or `auth: { type: none }` to let everybody do so',
};

/** Starts the service on its own port. Rejects if it cannot listen on the port. */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, graceMilliseconds = 5_000 } = options;
  checkAccess(options, host);
  const service = await createService(options);
  const times = timesOf(options);
  const connectionsCheckingInterval = Math.min(CHECK_MILLISECONDS, times.headers ?? CHECK_MILLISECONDS, times.body);
  const server = createHttpServer({ ...HTTP_OPTIONS, connectionsCheckingInterval }, service.listener);
  server.on('checkContinue', service.askedFirst);
  server.on('upgrade', service.upgrade);
  let mostConnections = 0;
  function allowConnections(most: number): void {
    mostConnections = most;
    if (options.isWorker !== true) server.maxConnections = most;
  }
  allowConnections(options.clientLimits?.connections ?? DEFAULT_CLIENT_LIMITS.connections);
  if (options.isWorker === true) boundConnections(server, () => mostConnections);
  let proxies = trustedProxies(options.trustProxy ?? []);
  shareConnections(server, { most: () => mostConnections, isProxy: (address) => isTrusted(address, proxies) });
  keepConnections(server, options.keepAliveMilliseconds ?? 75_000, times);
  await listen(server, host, port);

  let closing: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    const stopped = once(server, 'close');
    server.close();
    await service.stop(graceMilliseconds);
    // A connection whose answer is out becomes idle, and would be kept for the next request.
    const closeIdle = setInterval(() => {
      server.closeIdleConnections();
    }, IDLE_CHECK_MILLISECONDS);
    const impatience = setTimeout(() => {
      server.closeAllConnections();
    }, graceMilliseconds);
    await stopped;
    clearInterval(closeIdle);
    clearTimeout(impatience);
    await service.dispose();
  }

  return {
    url: urlOf(server, host),
    paths: service.paths,
    async applyRules(rules) {
      const { liveLimits, keepAliveMilliseconds, trustProxy } = rules;
      checkAccess(rules, host);
      await service.applyRules(rules);
      if (liveLimits !== undefined) allowConnections(liveLimits.connections);
      if (trustProxy !== undefined) proxies = trustedProxies(trustProxy);
      if (keepAliveMilliseconds !== undefined) keepConnections(server, keepAliveMilliseconds, times);
    },
    close: () => (closing ??= shutDown()),
  };
}

function checkAccess({ auth }: Rules, host: string): void {
  if (auth === undefined && !isLoopback(host)) throw new ConfigurationError(`what is served on ${host}`, [OPEN]);
}

/** How long a client may take for a request, in milliseconds. */
interface RequestTimes {
  /** Null: as long as fits the time for which connections are kept. */
  readonly headers: number | null;
  /** After the time for the headers. */
  readonly body: number;
}

function timesOf({ headersTimeoutMilliseconds = null, bodyTimeoutMilliseconds = 10_000 }: ServerOptions): RequestTimes {
  return { headers: headersTimeoutMilliseconds, body: bodyTimeoutMilliseconds };
}

/**
 * Load balancers keep idle connections, most of them for 60 seconds, and report a failure if the server closes one
 * during a request. So ours last longer. Node also closes a connection without complete request headers within
 * `headersTimeout`, and that clock runs while a balancer holds the connection idle.
 */
function keepConnections(server: Server, milliseconds: number, { headers, body }: RequestTimes): void {
  server.keepAliveTimeout = milliseconds;
  server.headersTimeout = headers ?? Math.max(60_000, milliseconds + 5_000);
  server.requestTimeout = server.headersTimeout + body;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  // Rejects with the server's error.
  await once(server, 'listening');
}

function urlOf(server: Server, host: string): string {
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
