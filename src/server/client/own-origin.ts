import type { IncomingMessage, ServerResponse } from 'node:http';
import { originOf } from '../../config/addresses.ts';

/** A host with or without a port; nothing that a URL would read as a user, a path or a query. */
const HOST = /^[^\s/?#@\\]{1,300}$/;

/** Can a URL be made of a `Host`? Those who read the request need one. */
export function isHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}`);
}

/** Which pages may use this server from a browser. */
export interface Welcome {
  /** Where browsers reach this server, as an origin; null: only the request says. */
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
}

/**
 * Does a request come from a page of ours, from one that was named, or from no page at all? Browsers let any
 * page open a WebSocket anywhere, but say where it is from.
 */
export function isWelcome({ headers: { origin, host } }: Pick<IncomingMessage, 'headers'>, welcome: Welcome): boolean {
  if (origin === undefined) return true;
  const normal = originOf(origin);
  if (normal === null) return false;
  return (
    normal === welcome.publicOrigin || welcome.allowedOrigins.includes(normal) || normal === ownOrigin(normal, host)
  );
}

/** The origin of the request's own host. A proxy may have ended TLS, so the page's scheme is taken. */
function ownOrigin(origin: string, host: string | undefined): string | null {
  if (host === undefined || !isHost(host)) return null;
  return originOf(`${new URL(origin).protocol}//${host}`);
}

/** A name of a header, or several. */
const HEADER_NAMES = /^[A-Za-z0-9, _-]{1,1000}$/;

/** Lets a page read the answer that may; the browser keeps it from all others. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, welcome: Welcome): void {
  response.setHeader('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !welcome.allowedOrigins.includes(origin)) return;
  const asked = headers['access-control-request-headers'] ?? '';
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', HEADER_NAMES.test(asked) ? asked : 'content-type, authorization');
  response.setHeader('access-control-expose-headers', 'content-disposition, retry-after, www-authenticate');
}
