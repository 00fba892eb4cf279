import type { IncomingMessage, ServerResponse } from 'node:http';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { TributaryConfig } from './config.ts';
import { openSources } from './open-sources.ts';
import { federate, serviceSettings, shareAsConfigured, traceAsConfigured } from './wiring.ts';
import type { GraphContext } from '../../resolvers/context.ts';
import { schema } from '../../schema/index.ts';
import type { Environment } from '../config/environment.ts';
import { createContext } from '../context.ts';
import type { Federation } from '../federation/api.ts';
import type { FetchFacts } from '../server/fetch.ts';
import { createService } from '../server/service.ts';

export interface TributaryOptions {
  /** Where `${NAME}` in the configuration comes from. Default: the environment of the process. */
  readonly environment?: Environment;
  /** Where relative paths start, and `tributary.yaml` is looked for. Default: the working folder. */
  readonly folder?: string;
  /** A pino logger for what goes wrong and, at level debug, for what tails decide. Default: nothing is logged. */
  readonly logger?: Logger;
  /** Names under which the host is reached; requests under any other are refused. Default: those of the configuration, else any. */
  readonly allowedHosts?: readonly string[];
}

/** Who an operation is for. */
export interface CallerFacts {
  /** Aborts what is asked of vendors. */
  readonly signal?: AbortSignal;
  /** The caller's own `Authorization`, for sources configured with `forward: true`. */
  readonly authorization?: string;
}

/** Tributary inside a program of your own. */
export interface Tributary {
  /** The graph. Execute it with `contextValue: tributary.context()`, or hand it to another GraphQL server. */
  readonly schema: GraphQLSchema;
  /** What the graph's resolvers ask: sources, jobs, parts, lines and tails as typed functions. For scripts. */
  readonly federation: Federation;
  /** Are the sources simulated, because none are configured? */
  readonly sandboxed: boolean;
  /** The context of one operation: a new one for each, as it remembers what was asked. Its `call` goes with `federation`. */
  readonly context: (facts?: CallerFacts) => GraphContext;
  /**
   * Answers a request for the graph, whatever its path: queries, and subscriptions as server-sent events. For hosts that speak the
   * Fetch API. A reply to a subscription ends when its body is cancelled, or `request.signal` aborts.
   */
  readonly fetch: (request: Request, facts?: FetchFacts) => Promise<Response>;
  /** Answers everything that the service has (`/graphql`, `/`, `/export`, `/health/…`, `/metrics`). For Node's HTTP server and what is built on it. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Opens WebSockets (graphql-transport-ws) at `/graphql`: `server.on('upgrade', tributary.upgrade)`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends tails and WebSockets, and gives the connections to vendors back. The host closes its own server. */
  readonly close: () => Promise<void>;
}

/** How long `close` waits for operations on WebSockets. */
const GRACE_MILLISECONDS = 5_000;

/**
 * Makes the graph of the configured sources.
 *
 * @param config What `tributary.yaml` says, or the path of such a file. Left out: the file that `TRIBUTARY_CONFIG` names, or
 *   `tributary.yaml` in the folder. A configuration without sources starts the sandbox: simulated vendors on loopback.
 * @throws ConfigurationError with everything that is wrong in the configuration.
 */
export async function createTributary(
  config?: TributaryConfig | string,
  options: TributaryOptions = {},
): Promise<Tributary> {
  const { environment = process.env, folder = process.cwd(), logger = null } = options;
  const opened = await openSources({ config, share: shareAsConfigured(logger) }, { environment, folder });
  const federation = federate(opened, logger);
  const named = options.allowedHosts ?? opened.configuration.server.allowedHosts;
  const tracing = await traceAsConfigured(opened);
  const service = await createService({
    ...serviceSettings(opened),
    ...(tracing === null ? {} : { tracing }),
    federation,
    allowedHosts: named.length === 0 ? null : named,
    ...(logger === null ? {} : { logger }),
  });
  let closing: Promise<void> | null = null;

  async function shutDown(): Promise<void> {
    await service.stop(GRACE_MILLISECONDS);
    await service.dispose();
    await opened.close();
    await tracing?.close();
  }

  return {
    schema,
    federation,
    sandboxed: opened.sandboxed,
    context: ({ signal = new AbortController().signal, authorization = null } = {}) =>
      createContext(federation, { signal, authorization }),
    fetch: service.fetch,
    listener: service.listener,
    upgrade: service.upgrade,
    close: () => (closing ??= shutDown()),
  };
}
