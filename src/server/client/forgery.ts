import type { IncomingMessage } from 'node:http';
import { originOf } from '../../config/addresses.ts';
import { isWelcome } from './own-origin.ts';
import type { Welcome } from './own-origin.ts';

/** Media types that a page may send anywhere without asking first. */
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/** Headers that a page may send to another origin only after it was allowed to: any of them proves that it may. */
const ASKED_FIRST = [
  'authorization',
  'x-requested-with',
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-graphql-yoga-csrf',
];

/**
 * May a page of another site have made a browser send this, with the browser's address and cookies, without being allowed to?
 * Browsers ask first (a preflight) before anything but what forms, images and links could always send; that much is refused
 * unless the browser says that it comes from a page of ours, or from no page.
 */
export function mayBeForged({ headers }: Pick<IncomingMessage, 'headers'>, welcome: Welcome): boolean {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && type !== '' && !SIMPLE_TYPES.has(type)) return false;
  if (ASKED_FIRST.some((name) => headers[name] !== undefined)) return false;
  if (headers.origin !== undefined) return !isWelcome({ headers }, welcome);
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Without TLS, browsers say neither. They do say what page a request is from, unless that page forbids it.
  if (!isBrowser(headers['user-agent'])) return false;
  const page = headers.referer === undefined ? null : originOf(originIn(headers.referer));
  return page === null || !isWelcome({ headers: { host: headers.host, origin: page } }, welcome);
}

/** Pages can't send another name without asking first. */
function isBrowser(agent: string | undefined): boolean {
  return agent?.startsWith('Mozilla/') === true;
}

function originIn(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '';
}
