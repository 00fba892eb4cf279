import type { IncomingMessage, ServerResponse } from 'node:http';
import { originOf } from '../../config/addresses.ts';

/** A host with or without a port, without characters that a URL reads as a user, a path or a query. */
const HOST = /^[^\s/?#@\\]{1,300}$/;

/** True if a URL can be built from a `Host` header. Later readers of the request rely on it. */
export function isHost(host: string): boolean {
  if (host === lastHost) return true;
  const isOne = HOST.test(host) && URL.canParse(`http://${host}`);
  if (isOne) lastHost = host;
  return isOne;
}

/** The last host that was valid. Most requests have the same one. */
let lastHost = 'localhost';

/** The pages that may use this server from a browser. */
export interface AllowedPages {
  /** The origin under which browsers reach this server. Null: known only from each request. */
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
}

/**
 * True if a request comes from our own page, from an allowed page, or from no page. Browsers let any page open a
 * WebSocket to any host, but send the page's origin.
 */
export function isAllowedPage(
  { headers: { origin, host } }: Pick<IncomingMessage, 'headers'>,
  allowedPages: AllowedPages,
): boolean {
  if (origin === undefined) return true;
  const normal = originOf(origin);
  if (normal === null) return false;
  return (
    normal === allowedPages.publicOrigin ||
    allowedPages.allowedOrigins.includes(normal) ||
    normal === ownOrigin(normal, host)
  );
}

/**
 * The origin of the request's `Host`. It takes the scheme of the page's origin, because a proxy may have terminated
 * TLS.
 */
function ownOrigin(origin: string, host: string | undefined): string | null {
  if (host === undefined || !isHost(host)) return null;
  return originOf(`${new URL(origin).protocol}//${host}`);
}

/** One or more header names. */
const HEADER_NAMES = /^[A-Za-z0-9, _-]{1,1000}$/;

/** Sends CORS headers to allowed pages. Browsers keep answers from all other pages. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, allowedPages: AllowedPages): void {
  response.setHeader('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !allowedPages.allowedOrigins.includes(origin)) return;
  const asked = headers['access-control-request-headers'] ?? '';
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', HEADER_NAMES.test(asked) ? asked : 'content-type, authorization');
  response.setHeader('access-control-expose-headers', 'content-disposition, retry-after, www-authenticate');
}
