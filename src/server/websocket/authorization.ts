import type { Context } from 'graphql-ws';
import type { Extra } from './attach.ts';

export type SocketContext = Context<Record<string, unknown> | undefined, Extra>;

/** True if a text is valid as a header value. It may be forwarded to a source in a header. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

export const BAD_AUTHORIZATION =
  'The "Authorization" of the connection must be one line of text that an HTTP header can hold.';

/**
 * The `Authorization` from the connection's parameters (browsers cannot set headers on a WebSocket), or from the
 * handshake's header.
 */
export function authorizationOf({ connectionParams, extra }: SocketContext): string | null {
  const given = connectionParams?.['Authorization'] ?? connectionParams?.['authorization'];
  return typeof given === 'string' ? given : (extra.request.headers.authorization ?? null);
}
