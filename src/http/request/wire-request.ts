import { TributaryError } from '../../domain/errors.ts';
import type { HttpRequest } from '../client.ts';
import { ACCEPTED_ENCODINGS } from '../body/decompression.ts';
import type { WireRequest } from './exchange.ts';
import { pathOf, queryOf } from './path.ts';
import type { Target } from './path.ts';

/**
 * Servers refuse longer addresses, and some close the connection instead, which would count as a failure of the source: one client could
 * have it left alone.
 */
const MOST_ADDRESS_CHARACTERS = 16 * 1024;

/** Builds a request without its authorization. Throws what `pathOf` and `queryOf` throw. */
export function wireRequest(request: HttpRequest, target: Target, source: string): WireRequest {
  return {
    method: request.method,
    path: addressOf(request, target, source),
    headers: headersOf(request),
    body: request.body === undefined ? null : JSON.stringify(request.body),
    redirectsTo: request.redirectsTo,
  };
}

function addressOf({ path, query }: HttpRequest, { basePath }: Target, source: string): string {
  const place = pathOf(basePath, path, source);
  if (place.length > MOST_ADDRESS_CHARACTERS)
    throw new TributaryError('NOT_FOUND', `${source}: there is nothing under so long a name`, { source });
  const address = place + queryOf(query, source);
  if (address.length <= MOST_ADDRESS_CHARACTERS) return address;
  const message = `${source}: the filter is too long: its address has ${address.length} characters, and ${MOST_ADDRESS_CHARACTERS} are allowed`;
  throw new TributaryError('BAD_USER_INPUT', message, { source });
}

/** Returns a new object for each request, because undici's proxy agent adds `host` to the object that it gets. */
function headersOf({ headers: own = {}, body }: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': ACCEPTED_ENCODINGS,
    'user-agent': 'tributary',
  };
  if (body !== undefined) headers['content-type'] = 'application/json';
  for (const name in own) headers[name.toLowerCase()] = own[name] ?? '';
  return headers;
}

/** The same request with a `traceparent` header. */
export function traceable(request: WireRequest, traceparent: string | null): WireRequest {
  if (traceparent === null) return request;
  return { ...request, headers: { ...request.headers, traceparent } };
}

/** The same request with the header of its credentials. Added last, so that no other header can replace it. */
export function authorised(request: WireRequest, header: string, value: string | null): WireRequest {
  if (value === null) return request;
  return { ...request, headers: { ...request.headers, [header]: value } };
}
