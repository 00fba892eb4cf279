import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export function isGraphql({ url = '' }: IncomingMessage): boolean {
  return url.split('?', 1)[0] === '/graphql';
}

/** Answers a handshake that opens no WebSocket. */
export function refuse(socket: Duplex, words: string, status = '403 Forbidden'): void {
  const head = [`HTTP/1.1 ${status}`, 'connection: close', 'content-type: text/plain; charset=utf-8'];
  if (status === TOO_MANY) head.push('retry-after: 1');
  socket.end([...head, `content-length: ${words.length + 1}`, '', `${words}\n`].join('\r\n'));
}

export const TOO_MANY = '429 Too Many Requests';

/** The answer to a host name that is not ours, as over HTTP. */
export const MISDIRECTED = '421 Misdirected Request';
