import type { IncomingMessage, ServerResponse } from 'node:http';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { TributaryConfig } from './config.ts';
import { openSources } from './open-sources.ts';
import { checkConfigArgument, checkOptions } from './options.ts';
import { federate, isAnyLeftAlone, serviceSettings, shareAsConfigured, traceAsConfigured } from './wiring.ts';
import type { GraphContext } from '../../resolvers/context.ts';
import { schema } from '../../schema/index.ts';
import type { Environment } from '../config/environment.ts';
import { createContext } from '../context.ts';
import type { Federation } from '../federation/api.ts';
import type { FetchFacts } from '../server/fetch.ts';
import { createService } from '../server/service.ts';

export interface TributaryOptions {
  /** The variables for `${NAME}` in the configuration. Default: the environment of the process. */
  readonly environment?: Environment;
  /** Base of relative paths, and the folder in which `tributary.yaml` is looked for. Default: the working directory. */
  readonly folder?: string;
  /** A pino logger for errors and, at level debug, for decisions of tails. Default: nothing is logged. */
  readonly logger?: Logger;
  /**
   * Host names under which the service is reached; requests under any other are refused. Default: those of the
   * configuration; if it has none, any.
   */
  readonly allowedHosts?: readonly string[];
}

/** The caller of an operation. */
export interface CallerFacts {
  /** Aborts the calls to vendors. */
  readonly signal?: AbortSignal;
  /** The caller's own `Authorization`, for sources configured with `forward: true`. */
  readonly authorization?: string;
}

/** Tributary embedded in another program. */
export interface Tributary {
  /** The graph. Execute it with `contextValue: tributary.context()`, or pass it to another GraphQL server. */
  readonly schema: GraphQLSchema;
  /** What the graph's resolvers call: sources, jobs, parts, lines and tails as typed functions. For scripts. */
  readonly federation: Federation;
  /** True if the sources are simulated because none are configured. */
  readonly sandboxed: boolean;
  /**
   * Makes the context of one operation. Use a new one for each, since it caches results. Its `call` is for the
   * functions of `federation`.
   */
  readonly context: (facts?: CallerFacts) => GraphContext;
  /**
   * Answers a request for the graph, on any path: queries, and subscriptions as server-sent events. For hosts that use
   * the Fetch API. A reply to a subscription ends when its body is cancelled or `request.signal` aborts.
   */
  readonly fetch: (request: Request, facts?: FetchFacts) => Promise<Response>;
  /**
   * Answers every request that the service handles (`/graphql`, `/`, `/export`, `/health/…`, `/metrics`). For Node's
   * HTTP server and frameworks based on it.
   */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Opens WebSockets (graphql-transport-ws) at `/graphql`: `server.on('upgrade', tributary.upgrade)`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends tails and WebSockets, and closes the connections to vendors. The host closes its own server. */
  readonly close: () => Promise<void>;
}

/** How long `close` waits for operations on WebSockets. */
const GRACE_MILLISECONDS = 5_000;

/**
 * Makes the graph of the configured sources.
 *
 * @param config The content of `tributary.yaml`, or the path of such a file. Left out: the file that `TRIBUTARY_CONFIG`
 * names, or
 *   `tributary.yaml` in the folder. A configuration without sources starts the sandbox: simulated vendors on loopback.
 * @throws ConfigurationError with all problems of the configuration.
 */
export async function createTributary(
  config?: TributaryConfig | string,
  options: TributaryOptions = {},
): Promise<Tributary> {
  checkConfigArgument(config);
  checkOptions(options);
  const { environment = process.env, folder = process.cwd(), logger = null } = options;
  const opened = await openSources({ config, share: shareAsConfigured(logger) }, { environment, folder });
  const federation = federate(opened, logger);
  const named = options.allowedHosts ?? opened.configuration.server.allowedHosts;
  const tracing = await traceAsConfigured(opened);
  const service = await createService({
    ...serviceSettings(opened),
    ...(tracing === null ? {} : { tracing }),
    federation,
    isSourceDown: () => isAnyLeftAlone(opened.sources),
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
