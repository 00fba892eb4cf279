import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { HeldBytes } from '../../domain/held-bytes.ts';
import { nameOfCaller } from '../client/callers.ts';
import type { Refusal } from '../client/callers.ts';
import type { ClientLimits, QueryLimits } from '../../config/service-limits.ts';
import { ConnectionShares } from '../client/connections.ts';
import { authorizationOf, BAD_AUTHORIZATION, isHeaderText } from './authorization.ts';
import { mostValues } from '../client/sent-values.ts';
import { runUntilOver } from '../client/operation-end.ts';
import { requestIdOf } from '../client/request-id.ts';
import { guardSocket } from '../client/socket-guard.ts';
import type { Enveloped } from '../graphql/enveloped.ts';
import type { GraphqlServer } from '../graphql/graphql.ts';
import type { Access } from '../access/access.ts';
import { whenOver } from '../access/expiry.ts';
import type { Judge } from '../access/judge.ts';
import { admit, RefusedConnection } from './admission.ts';
import { attach } from './attach.ts';
import type { Extra } from './attach.ts';
import { isAllowedPage } from '../client/own-origin.ts';
import type { AllowedPages } from '../client/own-origin.ts';
import { HeldOperations } from './held-operations.ts';
import { keepAlive } from './heartbeat.ts';
import { writtenAhead } from './large-message.ts';
import { STRANGE_HOST } from '../client/allowed-hosts.ts';
import { isGraphql, MISDIRECTED, refuse, TOO_MANY } from './handshake.ts';
import { headersIn, prepare } from './prepare.ts';
import type { Execution } from './prepare.ts';

interface WebSocketOptions {
  readonly graphql: GraphqlServer;
  readonly limits: Pick<QueryLimits, 'bodyBytes' | 'calls'>;
  readonly heartbeatMilliseconds: number;
  readonly allowedPages: AllowedPages;
  readonly clientLimits: ClientLimits;
  /** True if the server may be reached under the name in `Host`. */
  readonly isAllowedHost: (request: IncomingMessage) => boolean;
  /** Begins an operation of the caller. Returns a function that ends it, or a refusal. */
  readonly begin: (request: IncomingMessage, access: Access) => (() => void) | Refusal;
  readonly judge: Judge;
  /** The memory that answers take until they are read. */
  readonly held: HeldBytes;
  /** The client's address. */
  readonly clientOf: (request: IncomingMessage) => string | null;
  /** Called for each request of a page that may not open a connection. */
  readonly onRefusal: (request: IncomingMessage) => void;
}

/** Fits into the 123 bytes of a close frame's reason. */
const OTHER_PROTOCOL =
  'Use the subprotocol graphql-transport-ws (npm: graphql-ws); the older graphql-ws is not supported.';

const NO_OTHER_PROTOCOL =
  'The only upgrade is to a WebSocket. Use HTTP/1.1 without an offer of HTTP/2 (Upgrade: h2c), or Node 24 for the service.';

/** Close code of RFC 6455: the server shuts down. */
const GOING_AWAY = 1001;

/** How long a client has to answer the close frame. */
const GOODBYE_MILLISECONDS = 500;

/** An operation that counts toward its caller's limits until `end` is called. */
type RunningOperation = Execution & { readonly end: () => void };

export interface WebSockets {
  /** Handles an `upgrade` event of Node's server: opens a connection, or answers and closes the socket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes all connections, after giving running operations up to this time to end. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Serves graphql-transport-ws at /graphql. */
export function createWebSockets(options: WebSocketOptions): WebSockets {
  const { graphql, limits, heartbeatMilliseconds, allowedPages, clientLimits, onRefusal } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes });
  const closed = new WeakMap<IncomingMessage, AbortController>();
  const admitted = new WeakMap<IncomingMessage, Access>();
  const underWay = new WeakMap<IncomingMessage, number>();
  const shares = new ConnectionShares(() => clientLimits.connections);
  const heldOperations = new HeldOperations(options.held);

  /** Counts an operation toward the limits of its socket and its caller. */
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
    // From here on, Node leaves the socket's errors to us, and an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    // Node before 24.9 gives all offers of another protocol to this listener.
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      refuse(socket, NO_OTHER_PROTOCOL, '400 Bad Request');
      return;
    }
    if (!isGraphql(request)) {
      refuse(socket, 'There is nothing here. The API is at /graphql.');
      return;
    }
    if (!options.isAllowedHost(request)) {
      refuse(socket, STRANGE_HOST, MISDIRECTED);
      return;
    }
    if (!isAllowedPage(request, allowedPages)) {
      onRefusal(request);
      refuse(socket, 'Pages of this origin are not allowed: see server.publicUrl and server.allowedOrigins.');
      return;
    }
    // Connections of a proxy are those of many clients, so sockets are counted by client, too.
    const leave = shares.enter(nameOfCaller(null, options.clientOf(request)));
    if (leave === null) {
      refuse(socket, 'Too many WebSockets of one client are open.', TOO_MANY);
      return;
    }
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (client.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
        client.on('error', () => undefined);
        client.close(CloseCode.SubprotocolNotAcceptable, OTHER_PROTOCOL);
        return;
      }
      closed.set(request, new AbortController());
      keepAlive(client, heartbeatMilliseconds);
      guardSocket(client, clientLimits);
      attach(server, client, request, graphql.present, () => mostValues(limits));
    });
  }

  const server = makeServer<Record<string, unknown> | undefined, Extra>({
    execute: (args) => runUntilOver(args as RunningOperation, (begun) => begun.enveloped.execute(begun)),
    subscribe: (args) => runUntilOver(args as RunningOperation, (begun) => begun.enveloped.subscribe(begun)),
    onConnect: async (connection) => {
      const { socket, request } = connection.extra;
      const access = await admit(connection, options.judge);
      if (access instanceof RefusedConnection) {
        socket.close(access.code, access.reason);
        return false;
      }
      const left = closed.get(request)?.signal ?? AbortSignal.abort();
      // `abort` does not come again of a client that has left while it was judged.
      if (left.aborted) return false;
      admitted.set(request, access);
      const forget = whenOver(access, ({ message }) => {
        socket.close(CloseCode.Forbidden, message);
        closed.get(request)?.abort();
      });
      left.addEventListener('abort', forget, { once: true });
      return true;
    },
    onSubscribe: async (connection, id, payload) => {
      const { request, characters } = connection.extra;
      const signal = closed.get(request)?.signal ?? AbortSignal.abort();
      const access = admitted.get(request);
      const client = options.clientOf(request);
      // graphql-ws takes no subscription before `onConnect` has admitted the connection.
      if (access === undefined) throw new Error('A connection was not admitted.');
      const authorization = authorizationOf(connection);
      if (authorization !== null && !isHeaderText(authorization)) {
        return [new GraphQLError(BAD_AUTHORIZATION, { extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode } })];
      }
      const end = beginOperation(request, access);
      if (end instanceof GraphQLError) return [end];
      const held = heldOperations.begin(request, id, nameOfCaller(access.caller, client), characters);
      if (held instanceof GraphQLError) {
        end();
        return [held];
      }
      const requestId = requestIdOf(request);
      const transport = { access, client, requestId, signal, held, ...headersIn(payload) };
      const enveloped: Enveloped = graphql.yogaFor(access).getEnveloped(transport);
      const prepared = await prepare(enveloped, graphql.textOf, payload);
      if (!('enveloped' in prepared)) {
        end();
        heldOperations.end(request, id);
        return prepared;
      }
      return { ...prepared, end };
    },
    onNext: (_connection, _id, _payload, args, result) => writtenAhead(args, result),
    // Errors that a stream throws in the middle arrive here too.
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => toAnswer(graphql.present(error, requestIdOf(extra.request))).toJSON()),
    // Its last message has been read.
    onComplete: ({ extra }, id) => {
      heldOperations.end(extra.request, id);
    },
    onClose: ({ extra }) => {
      closed.get(extra.request)?.abort();
      heldOperations.close(extra.request);
    },
  });

  // Clients of another subprotocol are accepted and then closed with a reason, because browsers hide why a handshake
  // failed.
  sockets.options.handleProtocols = (offered) => {
    if (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return GRAPHQL_TRANSPORT_WS_PROTOCOL;
    return [...offered][0] ?? false;
  };

  async function close(graceMilliseconds: number): Promise<void> {
    await heldOperations.whenOver(AbortSignal.timeout(graceMilliseconds));
    for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away');
    const gone = new Promise<void>((resolve) => {
      sockets.close(() => {
        resolve();
      });
    });
    // A client that does not answer the close frame would keep the server from closing.
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

/** Removes the HTTP status, which has no meaning over a WebSocket. */
function toAnswer(error: GraphQLError): GraphQLError {
  const { message, nodes = null, source = null, positions = null, extensions } = error;
  const { http: _, ...shown } = extensions;
  return new GraphQLError(message, { nodes, source, positions, extensions: shown });
}
