import { TributaryError, hasCode, unknownJob } from '../../domain/errors.ts';
import type { ClassifyError } from '../../http/settings.ts';
import { detailOf } from './wire.ts';

/**
 * The jobs service's message for any failure between it and the log store. It is nearly always permanent: a limit, name
 * or cursor that the store refuses.
 */
const LOG_QUERY_FAILED = 'Failed to query job logs';

/** The web framework's message for an unknown path. A missing job has another message. */
const ROUTE_ABSENT = 'Not Found';

export const classifyError: ClassifyError = ({ status, body }) =>
  status === 500 && detailOf(body) === LOG_QUERY_FAILED ? { retryable: false } : null;

export function isLogQueryFailure(error: unknown): boolean {
  return error instanceof TributaryError && error.status === 500 && detailOf(error.body) === LOG_QUERY_FAILED;
}

/** True for a refused cursor: 422 or 400 from the service itself, or the 500 above if it reached the store. */
export function isTokenRefused(error: unknown): boolean {
  if (!(error instanceof TributaryError)) return false;
  return error.status === 422 || error.status === 400 || isLogQueryFailure(error);
}

/** True for a name that cannot be in a path (`..`): nothing exists under it, and no request was sent. */
export function isUnaddressable(error: unknown): boolean {
  return hasCode(error, 'NOT_FOUND') && error.status === undefined;
}

/** True if surely the route is missing, not the job. */
export function isRouteAbsent(error: TributaryError): boolean {
  return error.status === 405 || detailOf(error.body) === ROUTE_ABSENT;
}

export function noSuchJob(source: string, key: string): TributaryError {
  return unknownJob(source, key, { status: 404 });
}
