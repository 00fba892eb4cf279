import type { ErrorCode } from '../../domain/errors.ts';
import type { ClassifyError } from '../../http/settings.ts';
import { isFields } from '../shared/wire.ts';

/** gRPC status codes that are more specific than an HTTP status of 400 or 500. */
const CODE_OF_GRPC: Readonly<Record<number, ErrorCode>> = {
  4: 'SOURCE_TIMEOUT',
  5: 'NOT_FOUND',
  7: 'SOURCE_FORBIDDEN',
  8: 'SOURCE_RATE_LIMITED',
  16: 'SOURCE_UNAUTHENTICATED',
};

/** HTTP statuses in error bodies of the action endpoints. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'SOURCE_UNAUTHENTICATED',
  403: 'SOURCE_FORBIDDEN',
  404: 'NOT_FOUND',
  429: 'SOURCE_RATE_LIMITED',
};

const FINAL: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'SOURCE_FORBIDDEN', 'SOURCE_UNAUTHENTICATED']);

/**
 * Error bodies are `rpcStatus` with a gRPC code, a body with an HTTP status (action endpoints), or `{}`. For the
 * general statuses 400 and 500, the body is more specific.
 */
export const classifyError: ClassifyError = ({ status, body }) => {
  if ((status !== 400 && status !== 500) || !isFields(body)) return null;
  const inner = body['error'];
  const code =
    codeIn(CODE_OF_GRPC, body['code']) ?? (isFields(inner) ? codeIn(CODE_OF_STATUS, inner['code']) : undefined);
  if (code === undefined) return null;
  return FINAL.has(code) ? { code, retryable: false } : { code };
};

function codeIn(table: Readonly<Record<number, ErrorCode>>, code: unknown): ErrorCode | undefined {
  return typeof code === 'number' ? table[code] : undefined;
}
