import type { IncomingMessage } from 'node:http';
import { CloseCode } from 'graphql-ws';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { withoutHalfPairs } from '../../domain/json.ts';
import { takingMessages } from './bounded-message.ts';
import { withLargeAnswer } from './large-message.ts';

/** The data that graphql-ws keeps with each connection. */
export interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** The length of the message that is being taken. */
  characters: number;
}

/** The start of graphql-ws's error about a message that only servers may send. The error has no other mark. */
const NOT_FOR_CLIENTS = 'Unexpected message of type';

/**
 * Connects a WebSocket to graphql-ws. Its own adapter for `ws` logs mistakes of clients with stacks. This adapter
 * reports them to the client, and `onFault` gets only our own faults. Messages are made valid Unicode in both
 * directions, because answers repeat the client's operation ids.
 */
export function attach(
  server: Server<Extra>,
  client: WebSocket,
  request: IncomingMessage,
  onFault: (error: unknown) => void,
  mostValues: () => number,
): void {
  const extra: Extra = { socket: client, request, characters: 0 };
  const closed = server.opened(
    {
      protocol: client.protocol,
      send: (data) => send(client, data),
      close: (code, reason) => {
        client.close(code, shortened(reason));
      },
      onMessage: (take) => {
        const takeText = (text: string): void => {
          // It has left while its message waited.
          if (client.readyState !== client.OPEN) return;
          extra.characters = text.length;
          take(text).catch((error: unknown) => {
            const isClients = error instanceof Error && error.message.startsWith(NOT_FOR_CLIENTS);
            if (!isClients) onFault(error);
            if (isClients) client.close(CloseCode.BadRequest, 'Only servers send messages of this type.');
            else client.close(CloseCode.InternalServerError, 'Unexpected error.');
          });
        };
        const refuse = (reason: string): void => {
          client.close(CloseCode.BadRequest, shortened(reason));
        };
        client.on('message', takingMessages(mostValues, takeText, refuse));
      },
    },
    extra,
  );
  // `ws` itself closes the connection of a client that violates the protocol.
  client.on('error', () => undefined);
  client.once('close', (code, reason) => {
    closed(code, reason.toString()).catch(onFault);
  });
}

/** Most bytes in the reason of a close frame (RFC 6455). */
const LONGEST_REASON = 123;

/** Cuts a reason to the limit: graphql-ws includes operation ids of clients in reasons. */
function shortened(reason = ''): string {
  if (Buffer.byteLength(reason) <= LONGEST_REASON) return reason;
  const room = Buffer.alloc(LONGEST_REASON - Buffer.byteLength('…'));
  // `write` writes only whole characters.
  return `${room.toString('utf8', 0, room.write(reason))}…`;
}

/** Sends a message. If the connection breaks meanwhile, the client has left, which is not worth logging. */
function send(client: WebSocket, data: string): Promise<void> {
  const message = withLargeAnswer(withoutHalfPairs(data));
  return new Promise((resolve) => {
    if (client.readyState !== client.OPEN) {
      resolve();
      return;
    }
    client.send(message, (error) => {
      if (error) client.terminate();
      resolve();
    });
  });
}
