import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Refusal } from '../client/callers.ts';
import type { ClientLimits } from '../../config/service-limits.ts';
import { authorizationOf, BAD_AUTHORIZATION, isHeaderText } from './authorization.ts';
import { runUntilOver } from '../client/operation-end.ts';
import { requestIdOf } from '../client/request-id.ts';
import { guardSocket } from '../client/socket-guard.ts';
import type { GraphqlServer } from '../graphql/graphql.ts';
import type { Access } from '../access/access.ts';
import { whenOver } from '../access/expiry.ts';
import type { Judge } from '../access/judge.ts';
import { admit, Refused } from './admission.ts';
import { attach } from './attach.ts';
import type { Extra } from './attach.ts';
import { isWelcome } from '../client/own-origin.ts';
import type { Welcome } from '../client/own-origin.ts';
import { keepAlive } from './heartbeat.ts';
import { prepare } from './prepare.ts';
import type { Enveloped, Execution } from './prepare.ts';

interface WebSocketOptions {
  readonly graphql: GraphqlServer;
  readonly maxMessageBytes: number;
  readonly heartbeatMilliseconds: number;
  readonly welcome: Welcome;
  readonly clientLimits: ClientLimits;
  /** Is the server known under the name in `Host`? */
  readonly isAllowedHost: (request: IncomingMessage) => boolean;
  /** Begins an operation of the caller. Returns what ends it, or why it may not begin. */
  readonly begin: (request: IncomingMessage, access: Access) => (() => void) | Refusal;
  readonly judge: Judge;
  /** The address that a request came from. */
  readonly clientOf: (request: IncomingMessage) => string | null;
  /** Told of each page that may not open a connection. */
  readonly onRefusal: (request: IncomingMessage) => void;
}

/** Fits into the 123 bytes that a reason may have. */
const OTHER_PROTOCOL =
  'Use the subprotocol graphql-transport-ws (npm: graphql-ws); the older graphql-ws is not supported.';

/** RFC 6455: the server goes down. */
const GOING_AWAY = 1001;

/** How long a client has to answer the goodbye. */
const GOODBYE_MILLISECONDS = 500;

/** An operation that is counted among those of its caller until `end` is called. */
type Begun = Execution & { readonly end: () => void };

export interface WebSockets {
  /** Takes a request to upgrade as Node's server emits it: opens a connection, or answers and closes. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all connections, giving operations that are about to end the time to do so. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Serves graphql-transport-ws at /graphql. */
export function createWebSockets(options: WebSocketOptions): WebSockets {
  const { graphql, maxMessageBytes, heartbeatMilliseconds, welcome, clientLimits, onRefusal } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  const closed = new WeakMap<IncomingMessage, AbortController>();
  const operations = new EventEmitter();
  const admitted = new WeakMap<IncomingMessage, Access>();
  const underWay = new WeakMap<IncomingMessage, number>();
  let running = 0;

  /** Counts an operation for its socket and its caller. */
  function beginOperation(request: IncomingMessage, access: Access): (() => void) | GraphQLError {
    const count = underWay.get(request) ?? 0;
    const most = clientLimits.socketOperations;
    if (count >= most) return refusal({ message: `At most ${most} operations of one WebSocket may be under way.` });
    const begun = options.begin(request, access);
    if (typeof begun !== 'function') return refusal(begun);
    underWay.set(request, count + 1);
    return () => {
      begun();
      underWay.set(request, (underWay.get(request) ?? 1) - 1);
    };
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on Node leaves the socket's errors to us, and one that nothing hears ends the process.
    socket.on('error', () => socket.destroy());
    if (!isGraphql(request)) {
      refuse(socket, 'There is nothing here. The API is at /graphql.');
      return;
    }
    if (!options.isAllowedHost(request)) {
      refuse(socket, 'This service is not known under that name: see server.allowedHosts.');
      return;
    }
    if (!isWelcome(request, welcome)) {
      onRefusal(request);
      refuse(socket, 'Pages of this origin are not allowed: see server.publicUrl and server.allowedOrigins.');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (client.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
        client.on('error', () => undefined);
        client.close(CloseCode.SubprotocolNotAcceptable, OTHER_PROTOCOL);
        return;
      }
      closed.set(request, new AbortController());
      keepAlive(client, heartbeatMilliseconds);
      guardSocket(client, clientLimits);
      attach(server, client, request, graphql.present);
    });
  }

  const server = makeServer<Record<string, unknown> | undefined, Extra>({
    execute: (args) => runUntilOver(args as Begun, (begun) => begun.enveloped.execute(begun)),
    subscribe: (args) => runUntilOver(args as Begun, (begun) => begun.enveloped.subscribe(begun)),
    onConnect: async (connection) => {
      const { socket, request } = connection.extra;
      const access = await admit(connection, options.judge);
      if (access instanceof Refused) {
        socket.close(access.code, access.reason);
        return false;
      }
      admitted.set(request, access);
      const forget = whenOver(access, ({ message }) => {
        socket.close(CloseCode.Forbidden, message);
        closed.get(request)?.abort();
      });
      closed.get(request)?.signal.addEventListener('abort', forget, { once: true });
      return true;
    },
    onSubscribe: async (connection, _id, payload) => {
      const signal = closed.get(connection.extra.request)?.signal ?? AbortSignal.abort();
      const access = admitted.get(connection.extra.request);
      const client = options.clientOf(connection.extra.request);
      // graphql-ws takes no subscription before `onConnect` has admitted the connection.
      if (access === undefined) throw new Error('A connection was not admitted.');
      const authorization = authorizationOf(connection);
      if (authorization !== null && !isHeaderText(authorization)) {
        return [new GraphQLError(BAD_AUTHORIZATION, { extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode } })];
      }
      const end = beginOperation(connection.extra.request, access);
      if (end instanceof GraphQLError) return [end];
      const traceparent = traceparentOf(payload);
      const requestId = requestIdOf(connection.extra.request);
      const transport = { access, client, requestId, signal, traceparent };
      const enveloped: Enveloped = graphql.yogaFor(access).getEnveloped(transport);
      const prepared = await prepare(enveloped, graphql.textOf, payload);
      if (!('enveloped' in prepared)) {
        end();
        return prepared;
      }
      return { ...prepared, end };
    },
    // Also what a stream throws in its middle comes by here.
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => toAnswer(graphql.present(error, requestIdOf(extra.request))).toJSON()),
    onOperation: () => {
      running += 1;
    },
    onComplete: () => {
      running -= 1;
      operations.emit('complete');
    },
    onClose: ({ extra }) => {
      closed.get(extra.request)?.abort();
    },
  });

  // Clients of another subprotocol are let in, only to be told so: browsers hide why a handshake failed.
  sockets.options.handleProtocols = (offered) => {
    if (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return GRAPHQL_TRANSPORT_WS_PROTOCOL;
    return [...offered][0] ?? false;
  };

  async function close(graceMilliseconds: number): Promise<void> {
    const patience = AbortSignal.timeout(graceMilliseconds);
    while (running > 0 && !patience.aborted) await once(operations, 'complete', { signal: patience }).catch(() => null);
    for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away');
    const gone = new Promise<void>((resolve) => {
      sockets.close(() => {
        resolve();
      });
    });
    // A client that does not answer the goodbye would keep the server from ending.
    const impatience = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, GOODBYE_MILLISECONDS);
    await gone;
    clearTimeout(impatience);
  }

  return { upgrade, close };
}

function refusal({ message, retryAfterSeconds }: Partial<Refusal> & Pick<Refusal, 'message'>): GraphQLError {
  return new GraphQLError(message, { originalError: new TributaryError('FORBIDDEN', message, { retryAfterSeconds }) });
}

/** There is no HTTP status to set here. */
function toAnswer(error: GraphQLError): GraphQLError {
  const { message, nodes = null, source = null, positions = null, extensions } = error;
  const { http: _, ...shown } = extensions;
  return new GraphQLError(message, { nodes, source, positions, extensions: shown });
}

/** Browsers can't set headers here, and a connection has many operations: each may say which trace it is for. */
function traceparentOf({ extensions }: SubscribePayload): string | null {
  const given = extensions?.['traceparent'];
  return typeof given === 'string' ? given : null;
}

function isGraphql({ url = '' }: IncomingMessage): boolean {
  return url.split('?', 1)[0] === '/graphql';
}

function refuse(socket: Duplex, words: string): void {
  const head = ['HTTP/1.1 403 Forbidden', 'connection: close', 'content-type: text/plain; charset=utf-8'];
  socket.end([...head, `content-length: ${words.length + 1}`, '', `${words}\n`].join('\r\n'));
}
