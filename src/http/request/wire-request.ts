import type { HttpRequest } from '../client.ts';
import { ACCEPTED_ENCODINGS } from '../body/decompression.ts';
import type { WireRequest } from './exchange.ts';
import { pathOf, queryOf } from './path.ts';
import type { Target } from './path.ts';

type Headers = WireRequest['headers'];

/** Those of most requests: one object for all, which what is made of it is remembered by. */
const PLAIN: Headers = {
  accept: 'application/json',
  'accept-encoding': ACCEPTED_ENCODINGS,
  'user-agent': 'tributary',
};
const WITH_BODY: Headers = { ...PLAIN, 'content-type': 'application/json' };

/** A request as it is written, but for its authorization. Throws what `pathOf` and `queryOf` throw. */
export function wireRequest(request: HttpRequest, target: Target, source: string): WireRequest {
  return {
    method: request.method,
    path: pathOf(target.basePath, request.path, source) + queryOf(request.query, source),
    headers: headersOf(request),
    body: request.body === undefined ? null : JSON.stringify(request.body),
  };
}

function headersOf({ headers: own, body }: HttpRequest): Headers {
  const usual = body === undefined ? PLAIN : WITH_BODY;
  if (own === undefined) return usual;
  const headers: Record<string, string> = { ...usual };
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value;
  return headers;
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
