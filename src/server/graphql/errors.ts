import { GraphQLError } from 'graphql';
import type { GraphQLErrorExtensions } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES, TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** Turns an error into what clients read. `requestId`: of the request that it belongs to, where that is known. */
export type Present = (error: unknown, requestId?: string | null) => GraphQLError;

/**
 * The one place where errors become what clients read. Ours are shown with their code; what a client got
 * wrong in the request itself is BAD_USER_INPUT; anything else is a fault that only the log tells about.
 */
export function toClientError(error: unknown, logger: Logger | null, requestId: string | null = null): GraphQLError {
  const cause = rootCause(error);
  if (cause instanceof TributaryError) return clientError(cause.message, ourExtensions(cause), error);
  if (cause instanceof GraphQLError && isAboutRequest(cause)) {
    return clientError(cause.message, { code: codeOf(cause), ...httpOf(cause) }, error);
  }
  const named = requestId === null ? {} : { requestId };
  if (!isAbort(cause))
    logger?.error({ error: describeError(cause), path: pathOf(error), ...named }, 'unexpected error');
  return clientError('Unexpected error.', { code: 'INTERNAL_SERVER_ERROR' satisfies ErrorCode, ...named }, error);
}

/** The error below those that the executor wrapped around it to say where it was. */
function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootCause(error.originalError) : error;
}

/** The code of an error that has become what clients read. */
export function codeOf(error: GraphQLError): ErrorCode {
  const code = extensionsOf(error)['code'];
  return isErrorCode(code) ? code : 'BAD_USER_INPUT';
}

/** Executors give an error of theirs (a null where there must be none) a path; errors about a request have none. */
function isAboutRequest(error: GraphQLError): boolean {
  return error.path === undefined || isErrorCode(extensionsOf(error)['code']);
}

/** The errors of a compiled query may have none, whatever their type says. */
function extensionsOf(error: { readonly extensions?: GraphQLErrorExtensions }): GraphQLErrorExtensions {
  return error.extensions ?? {};
}

function isErrorCode(code: unknown): code is ErrorCode {
  return ERROR_CODES.some((known) => known === code);
}

function ourExtensions({ code, source, retryAfterSeconds }: TributaryError): Record<string, unknown> {
  return {
    code,
    ...(source === undefined ? {} : { source }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** What the HTTP layer left to say about the status; it takes it out before it answers. */
function httpOf(error: GraphQLError): Record<string, unknown> {
  const { http, code } = extensionsOf(error);
  if (http === undefined) return {};
  const { status } = http;
  // A body that can't be read is a bad request under every media type; a method that is not allowed has a status of its own.
  return { http: code === 'BAD_REQUEST' && status !== 405 ? { status: 400 } : http };
}

function clientError(message: string, extensions: Record<string, unknown>, error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, source, positions, path } = error;
  // graphql-js copies `source` from an error that was thrown: in a TributaryError it is no text of a query, but the name of a source.
  const place = nodes === undefined ? { source, positions } : { nodes };
  return new GraphQLError(message, { ...place, path, extensions });
}

function pathOf(error: unknown): string | null {
  return error instanceof GraphQLError && error.path ? error.path.join('.') : null;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** An error for the log: never its other properties (they may hold bodies and headers), nor an address in its text. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  return { name: error.name, message: withoutAddresses(error.message), stack: withoutAddresses(error.stack ?? '') };
}

function withoutAddresses(text: string): string {
  return text
    .replace(/\b(?:https?|wss?):\/\/[^\s"'<>)]+/gi, '[url]')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [secret]');
}
