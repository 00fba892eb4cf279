import { GraphQLError } from 'graphql';
import type { GraphQLErrorExtensions } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES, TributaryError, withoutStack } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { isAbort } from '../../federation/failures.ts';

/** Turns an error into the error that clients see. `requestId`: the id of the error's request, if known. */
export type Present = (error: unknown, requestId?: string | null) => GraphQLError;

/**
 * The single place that turns errors into what clients see. Our own errors keep their message and code. Mistakes in the
 * request are BAD_USER_INPUT. Anything else is a fault: only the log has its details.
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

/** The original error inside the wrappers that the executor adds for the location. */
function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootCause(error.originalError) : error;
}

/** The code of an error after `toClientError`. */
export function codeOf(error: GraphQLError): ErrorCode {
  const code = extensionsOf(error)['code'];
  return isErrorCode(code) ? code : 'BAD_USER_INPUT';
}

/** Errors about the request have no path. An executor's own errors (such as null for a non-null field) have one. */
function isAboutRequest(error: GraphQLError): boolean {
  return error.path === undefined || isErrorCode(extensionsOf(error)['code']);
}

/** Errors of compiled queries may lack `extensions`, although their type requires it. */
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

/** The HTTP status for yoga, which removes it before it answers. */
function httpOf(error: GraphQLError): Record<string, unknown> {
  const { http, code } = extensionsOf(error);
  if (http === undefined) return {};
  const { status } = http;
  // An unreadable body is status 400 under every media type. A method that is not allowed keeps 405.
  return { http: code === 'BAD_REQUEST' && status !== 405 ? { status: 400 } : http };
}

function clientError(message: string, extensions: Record<string, unknown>, error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) return withoutStack(() => new GraphQLError(message, { extensions }));
  const { nodes, source, positions, path } = error;
  // graphql-js copies `source` from a thrown error. In a `TributaryError` that is the name of a source, not the text of
  // a query.
  const place = nodes === undefined ? { source, positions } : { nodes };
  return withoutStack(() => new GraphQLError(message, { ...place, path, extensions }));
}

function pathOf(error: unknown): string | null {
  return error instanceof GraphQLError && error.path ? error.path.join('.') : null;
}

/** True for what is left of work that was given up, such as that for a client that has left. It is no fault. */
export function wasGivenUp(error: unknown): boolean {
  return isAbort(rootCause(error));
}

/**
 * Describes an error for the log, without its other properties (they may hold bodies and headers) and without URLs, folders or
 * credentials in its text.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const clean = (text: string): string => withoutFolders(withoutAddresses(text));
  return { name: error.name, message: clean(error.message), stack: clean(error.stack ?? '') };
}

function withoutAddresses(text: string): string {
  return text
    .replace(/\b(?:https?|wss?):\/\/[^\s"'<>)]+/gi, '[url]')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [secret]');
}

/** Leaves of a file's path what is below a folder of the program, or the file's name. */
function withoutFolders(text: string): string {
  return text
    .replace(/(^|[\s('"])(?:file:\/\/)?\/[^\s()'"]{0,400}\/(?=(?:node_modules|dist|src)\/)/g, '$1')
    .replace(/(^|[\s('"])(?:file:\/\/)?\/(?:[^\s()'"/]{1,100}\/){1,20}/g, '$1');
}
