import type { Context } from 'graphql-ws';
import type { Extra } from './attach.ts';

export type Connection = Context<Record<string, unknown> | undefined, Extra>;

/** Can a text be the value of a header? It may be passed on to a source in one. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

export const BAD_AUTHORIZATION =
  'The "Authorization" of the connection must be one line of text that an HTTP header can hold.';

/** From the connection's parameters (browsers can't set headers here), or the header of the handshake. */
export function authorizationOf({ connectionParams, extra }: Connection): string | null {
  const given = connectionParams?.['Authorization'] ?? connectionParams?.['authorization'];
  return typeof given === 'string' ? given : (extra.request.headers.authorization ?? null);
}
