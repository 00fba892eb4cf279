import type { IncomingMessage } from 'node:http';
import { CloseCode } from 'graphql-ws';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { withoutHalfPairs } from '../../domain/json.ts';

/** What hangs on each connection of graphql-ws. */
export interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/** How graphql-ws begins what it throws at a message that only servers send. It has no other sign for it. */
const NOT_FOR_CLIENTS = 'Unexpected message of type';

/**
 * Gives a connection to graphql-ws. Its own adapter for `ws` prints what clients do wrong, with stacks; here a client is told, and
 * `onFault` hears only of what went wrong on our side. Messages are valid Unicode in both directions: ids of operations come back.
 */
export function attach(
  server: Server<Extra>,
  client: WebSocket,
  request: IncomingMessage,
  onFault: (error: unknown) => void,
): void {
  const closed = server.opened(
    {
      protocol: client.protocol,
      send: (data) => send(client, data),
      close: (code, reason) => {
        client.close(code, shortened(reason));
      },
      onMessage: (take) => {
        client.on('message', (data: Buffer) => {
          take(withoutHalfPairs(data.toString())).catch((error: unknown) => {
            const isClients = error instanceof Error && error.message.startsWith(NOT_FOR_CLIENTS);
            if (!isClients) onFault(error);
            if (isClients) client.close(CloseCode.BadRequest, 'Only servers send messages of this type.');
            else client.close(CloseCode.InternalServerError, 'Unexpected error.');
          });
        });
      },
    },
    { socket: client, request },
  );
  // `ws` itself closes the connection of a client that breaks its rules.
  client.on('error', () => undefined);
  client.once('close', (code, reason) => {
    closed(code, reason.toString()).catch(onFault);
  });
}

/** How many bytes the reason of a close frame may have (RFC 6455). */
const LONGEST_REASON = 123;

/** graphql-ws puts ids of clients into reasons. */
function shortened(reason = ''): string {
  if (Buffer.byteLength(reason) <= LONGEST_REASON) return reason;
  const room = Buffer.alloc(LONGEST_REASON - Buffer.byteLength('…'));
  // Only whole characters are written.
  return `${room.toString('utf8', 0, room.write(reason))}…`;
}

/** A connection that breaks while something is written to it is a client that goes away: no news for anybody's log. */
function send(client: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    if (client.readyState !== client.OPEN) {
      resolve();
      return;
    }
    client.send(withoutHalfPairs(data), (error) => {
      if (error) client.terminate();
      resolve();
    });
  });
}
