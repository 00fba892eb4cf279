/** Gives the service pools.js of this folder in place of its own connections. */
import { URL } from 'node:url';

const POOLS = '/src/http/request/pools.js';

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.endsWith(POOLS) ? { ...found, url: new URL('pools.js', import.meta.url).href } : found;
}
