import { NO_SPAN } from '../domain/span.ts';
import type { Span } from '../domain/span.ts';
import { TributaryError } from '../domain/errors.ts';
import type { HttpRequest } from './client.ts';

/**
 * Makes a call inside a span of the operation that needs it. An operation that joins a call in flight gets no span for
 * it.
 */
export function tracedCall<T>(
  parent: Span,
  source: string,
  request: Pick<HttpRequest, 'method' | 'route'>,
  make: (span: Span) => Promise<T>,
): Promise<T> {
  return parent === NO_SPAN ? make(NO_SPAN) : inSpan(parent, source, request, make);
}

async function inSpan<T>(
  parent: Span,
  source: string,
  { method, route }: Pick<HttpRequest, 'method' | 'route'>,
  make: (span: Span) => Promise<T>,
): Promise<T> {
  const facts = { 'tributary.source': source, 'http.request.method': method };
  const span =
    route === undefined
      ? parent.begin(method, facts, 'client')
      : parent.begin(`${method} ${route}`, { ...facts, 'url.template': route }, 'client');
  try {
    const result = await make(span);
    span.end(null);
    return result;
  } catch (error) {
    span.end(error instanceof TributaryError ? error.code : 'aborted');
    throw error;
  }
}
