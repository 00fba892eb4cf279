import { CloseCode } from 'graphql-ws';
import type { Access } from '../access/access.ts';
import { Denied } from '../access/denied.ts';
import type { Judge } from '../access/judge.ts';
import { authorizationOf } from './authorization.ts';
import type { SocketContext } from './authorization.ts';

/** Close code in the registry of RFC 6455: the client may try again. Clients of graphql-ws do. */
const TRY_AGAIN_LATER = 1013;

const CODES: Readonly<Record<Denied['httpStatus'], number>> = {
  401: CloseCode.Unauthorized,
  403: CloseCode.Forbidden,
  503: TRY_AGAIN_LATER,
};

/** Why a connection is closed before it begins. */
export class RefusedConnection {
  readonly code: number;
  /** The reason of the close frame, at most 123 bytes. */
  readonly reason: string;

  constructor({ httpStatus, message }: Denied) {
    this.code = CODES[httpStatus];
    this.reason = message.slice(0, 120);
  }
}

/** The access of a connection, by the credentials in its first message. */
export async function admit(connection: SocketContext, judge: Judge): Promise<Access | RefusedConnection> {
  try {
    return await judge(authorizationOf(connection));
  } catch (error) {
    if (error instanceof Denied) return new RefusedConnection(error);
    throw error;
  }
}
