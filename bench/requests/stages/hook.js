/** Gives the service endpoint.js of this folder in place of its own endpoint. */
import { URL } from 'node:url';

const ENDPOINT = '/src/server/graphql/endpoint.js';

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (!found.url.endsWith(ENDPOINT)) return found;
  return { ...found, url: new URL(`endpoint.js?built=${encodeURIComponent(found.url)}`, import.meta.url).href };
}
