import type { ClassifyError, PaceAfter } from '../../http/settings.ts';
import { countOf, isFields } from '../shared/wire.ts';

/**
 * Two limits apply: the limit of one client answers 429, that of all clients together 503. Both mean to wait for the
 * time in the `Retry-After` header, or only in the body.
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

/**
 * SAP documents "after less than one minute" and publishes no rate, so calls are half a second apart until an answer
 * succeeds.
 */
const PACE_WHEN_REFUSED_MILLISECONDS = 500;

/**
 * Near a limit, SAP delays answers and states the milliseconds in the header `throttling`. Beyond the limit, it answers
 * 429 or 503.
 */
export const paceAfter: PaceAfter = ({ status, headers }) => {
  const delayed = countOf(headers['throttling']) ?? 0;
  return status === 429 || status === 503 ? Math.max(PACE_WHEN_REFUSED_MILLISECONDS, delayed) : delayed;
};
