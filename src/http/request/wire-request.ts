import type { HttpRequest } from '../client.ts';
import { ACCEPTED_ENCODINGS } from '../body/decompression.ts';
import type { WireRequest } from './exchange.ts';
import { pathOf, queryOf } from './path.ts';
import type { Target } from './path.ts';

/** A request as it is written, but for its authorization. Throws what `pathOf` and `queryOf` throw. */
export function wireRequest(request: HttpRequest, target: Target, source: string): WireRequest {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': ACCEPTED_ENCODINGS,
    'user-agent': 'tributary',
  };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    method: request.method,
    path: pathOf(target.basePath, request.path, source) + queryOf(request.query, source),
    headers,
    body: request.body === undefined ? null : JSON.stringify(request.body),
  };
}

/** The same request with the step of a trace that it is for. */
export function traceable(request: WireRequest, traceparent: string | null): WireRequest {
  if (traceparent === null) return request;
  return { ...request, headers: { ...request.headers, traceparent } };
}

/** The same request with its authorization, which no other header can replace. */
export function authorised(request: WireRequest, authorization: string | null): WireRequest {
  if (authorization === null) return request;
  return { ...request, headers: { ...request.headers, authorization } };
}
