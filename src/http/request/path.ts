import { TributaryError } from '../../domain/errors.ts';

/** The destination of a request. Origin and path are kept apart, so that nothing normalises the path. */
export interface Target {
  readonly origin: string;
  /** The base URL's own path, encoded, without a trailing slash; empty at the root. */
  readonly basePath: string;
}

/** The query of a request: unencoded values, or a string that the connector encoded itself. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>> | string | undefined;

/** Splits a base URL into origin and path. A trailing slash of the path is dropped. */
export function targetOf(baseUrl: string): Target {
  const url = new URL(baseUrl);
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

/**
 * Appends segments to a base path. Each segment is encoded as a whole, so a slash, a question mark or a percent sign in
 * a name stays part of that name.
 *
 * Three names cannot be addressed in any encoding: the empty name, `.` and `..` (servers and proxies also treat
 * `%2E%2E` as `..`). They throw NOT_FOUND, because nothing can exist under them. Text with a lone surrogate, which
 * cannot be encoded, throws NOT_FOUND too.
 */
export function pathOf(basePath: string, segments: readonly string[], source?: string): string {
  const path = segments.map((segment) => `/${encodeSegment(segment, source)}`).join('');
  return basePath + path || '/';
}

/** The query with its leading `?`, or an empty string if there are no parameters. Spaces become `%20`, never `+`. */
export function queryOf(query: Query, source?: string): string {
  if (query === undefined || query === '') return '';
  if (typeof query === 'string') return `?${query}`;
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    return [`${encodeParameter(name, source)}=${encodeParameter(String(value), source)}`];
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encodeSegment(segment: string, source: string | undefined): string {
  const encoded = encode(segment);
  if (encoded === null || encoded === '' || encoded === '.' || encoded === '..') {
    throw new TributaryError('NOT_FOUND', named(source, 'there is nothing under that name'), { source });
  }
  return encoded;
}

function encodeParameter(text: string, source: string | undefined): string {
  const encoded = encode(text);
  if (encoded === null) {
    throw new TributaryError('BAD_USER_INPUT', named(source, 'the text to look for is not valid Unicode'), { source });
  }
  return encoded;
}

function encode(text: string): string | null {
  try {
    return encodeURIComponent(text);
  } catch {
    return null;
  }
}

function named(source: string | undefined, message: string): string {
  return source === undefined ? message : `${source}: ${message}`;
}
