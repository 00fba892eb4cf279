import type { ClassifyError, PaceAfter } from '../../http/settings.ts';
import { countOf, isFields } from '../shared/wire.ts';

/**
 * Two limits stack: that of the client answers 429, that of all clients together 503. Both mean to wait;
 * how long stands in the `Retry-After` header, or in the body alone.
 * https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/rate-limits
 */
export const classifyError: ClassifyError = ({ status, headers, body }) => {
  if (status !== 429 && status !== 503) return null;
  const wait = headers['retry-after'] === undefined && isFields(body) ? countOf(body['retryAfter']) : null;
  return {
    code: 'SOURCE_RATE_LIMITED',
    retryable: true,
    ...(wait === null ? {} : { retryAfterSeconds: wait }),
  };
};

/** SAP says "after less than one minute" and publishes no rate: half a second apart, until an answer is good. */
const PACE_WHEN_REFUSED_MILLISECONDS = 500;

/** Near a limit answers are delayed, and their header `throttling` says by how many milliseconds. Beyond it they are 429 or 503. */
export const paceAfter: PaceAfter = ({ status, headers }) => {
  const delayed = countOf(headers['throttling']) ?? 0;
  return status === 429 || status === 503 ? Math.max(PACE_WHEN_REFUSED_MILLISECONDS, delayed) : delayed;
};
