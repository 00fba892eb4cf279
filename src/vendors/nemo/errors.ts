import { TributaryError, hasCode, unknownJob } from '../../domain/errors.ts';
import type { ClassifyError } from '../../http/settings.ts';
import { detailOf } from './wire.ts';

/**
 * What the jobs service says of anything that goes wrong between it and the store of the logs. Nearly
 * always that is permanent: a limit, name or cursor that the store does not take.
 */
const LOG_QUERY_FAILED = 'Failed to query job logs';

/** What the web framework says of a path that it does not have; a missing job is told in other words. */
const ROUTE_ABSENT = 'Not Found';

export const classifyError: ClassifyError = ({ status, body }) =>
  status === 500 && detailOf(body) === LOG_QUERY_FAILED ? { retryable: false } : null;

export function isLogQueryFailure(error: unknown): boolean {
  return error instanceof TributaryError && error.status === 500 && detailOf(error.body) === LOG_QUERY_FAILED;
}

/** A cursor is refused with 422 or 400 by the service itself, and with the 500 above where it reaches the store. */
export function isTokenRefused(error: unknown): boolean {
  if (!(error instanceof TributaryError)) return false;
  return error.status === 422 || error.status === 400 || isLogQueryFailure(error);
}

/** A parameter is not of the kind that the service wants. */
export function isRefused(error: unknown): boolean {
  return error instanceof TributaryError && error.status === 422;
}

/** Nothing there: the job, or the route. */
export function isAbsent(error: unknown): error is TributaryError {
  return error instanceof TributaryError && (error.status === 404 || error.status === 405);
}

/** A name that no path can hold (`..`): nothing can be found under it, and nothing was asked. */
export function isUnaddressable(error: unknown): boolean {
  return hasCode(error, 'NOT_FOUND') && error.status === undefined;
}

/** Is it surely the route that is absent, and not the job? */
export function isRouteAbsent(error: TributaryError): boolean {
  return error.status === 405 || detailOf(error.body) === ROUTE_ABSENT;
}

export function noSuchJob(source: string, key: string): TributaryError {
  return unknownJob(source, key, { status: 404 });
}
