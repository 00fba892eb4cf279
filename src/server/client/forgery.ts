import type { IncomingMessage } from 'node:http';
import { originOf } from '../../config/addresses.ts';
import { isAllowedPage } from './own-origin.ts';
import type { AllowedPages } from './own-origin.ts';

/** Media types that a page may send to any origin without a preflight. */
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/** Headers that need a preflight to reach another origin. Any of them proves that the page is allowed. */
const ASKED_FIRST = [
  'x-requested-with',
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-graphql-yoga-csrf',
];

/** Credentials that browsers remember and send along by themselves. A page can only set others, after a preflight. */
const SENT_BY_BROWSERS = /^\s*(?:basic|digest|negotiate|ntlm)(?![^\s,])/i;

/**
 * True if a page of another site may have made a browser send this request, with the browser's address and cookies
 * (CSRF). Browsers send a preflight first, except for requests that forms, images and links can make. Those requests
 * are refused unless the browser states that they come from an allowed page, or from no page.
 */
export function mayBeForged({ headers }: Pick<IncomingMessage, 'headers'>, allowedPages: AllowedPages): boolean {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && type !== '' && !SIMPLE_TYPES.has(type)) return false;
  if (ASKED_FIRST.some((name) => headers[name] !== undefined)) return false;
  if (headers.authorization !== undefined && !SENT_BY_BROWSERS.test(headers.authorization)) return false;
  if (headers.origin !== undefined) return !isAllowedPage({ headers }, allowedPages);
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Without TLS, browsers send neither header. They do send `Referer`, unless the page forbids it.
  if (!isBrowser(headers['user-agent'])) return false;
  const page = headers.referer === undefined ? null : originOf(originIn(headers.referer));
  return page === null || !isAllowedPage({ headers: { host: headers.host, origin: page } }, allowedPages);
}

/** A page cannot send another `User-Agent` without a preflight. */
function isBrowser(agent: string | undefined): boolean {
  return agent?.startsWith('Mozilla/') === true;
}

function originIn(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '';
}
