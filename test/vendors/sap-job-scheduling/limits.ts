import type { Fault } from '../../../src/sandbox/types.ts';

/** The limit per client: 429, with the seconds to wait in a header. */
export function tooManyRequests(seconds: number, times = 1): Fault {
  return limited(429, seconds, times, { 'retry-after': String(seconds) });
}

/** The limit for all clients together: 503, with the seconds to wait only in the body. */
export function overloaded(seconds: number, times = 1): Fault {
  return limited(503, seconds, times, {});
}

function limited(status: number, seconds: number, times: number, headers: Record<string, string>): Fault {
  const body = JSON.stringify({
    code: status,
    message: 'Rate limit exceeded',
    type: 'Rate Limit',
    retryAfter: seconds,
  });
  return {
    times,
    what: { do: 'status', status, body, headers: { 'content-type': 'application/json', ...headers } },
  };
}
