import { z } from 'zod';
import type { ClassifyError } from '../../http/settings.ts';

const waitDecoder = z.object({ retryAfter: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]) });

/**
 * Two limits stack: that of the client answers 429, that of all clients together 503. Both mean to wait;
 * how long stands in the `Retry-After` header, or in the body alone.
 * https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/rate-limits
 */
export const classifyError: ClassifyError = ({ status, headers, body }) => {
  if (status !== 429 && status !== 503) return null;
  const wait = headers['retry-after'] === undefined ? waitDecoder.safeParse(body).data : undefined;
  return {
    code: 'SOURCE_RATE_LIMITED',
    retryable: true,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait.retryAfter }),
  };
};
