import type { Fault } from '../../../src/sandbox/index.ts';

/** Every way in which a vendor can go wrong, and the code of docs/errors.md that it is told with. */

/** What the vendor sends that nobody may see. */
export const CANARY = 'canary-of-upstream';
const HTML = `<html><head><title>${CANARY}</title></head><body>${CANARY} http://${CANARY}.example.com/</body></html>`;
const JSON_TEXT = JSON.stringify({ message: CANARY, detail: CANARY, error: { code: CANARY } });
const WRONG_SHAPE = JSON.stringify({
  data: { [CANARY]: CANARY },
  results: CANARY,
  job: [CANARY],
  steps: CANARY,
  schedules: CANARY,
  pagination: CANARY,
  partitioner: CANARY,
  runId: [CANARY],
  name: [CANARY],
});
/** Longer than a client waits, however long that is. */
const FOREVER = { do: 'hang' } as const;

export interface FaultCase {
  /** `refused`: nothing listens. Else it gets the origin of another server. */
  readonly what: 'refused' | ((elsewhere: string) => Fault['what']);
  readonly code: string;
  /** Vendors that mean something else by it, with the reason in their folder. */
  readonly codeOf?: Readonly<Record<string, string>>;
  /** The vendor says how long it wants to be left alone. */
  readonly retryAfterSeconds?: number;
  /** It takes the whole time that a source has. */
  readonly takesTime?: boolean;
  /** Tails are over by it: what is followed is not there. */
  readonly endsTails?: boolean;
}

const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
  (elsewhere: string): Fault['what'] => ({
    do: 'status',
    status,
    body,
    headers: {
      'content-type': body.startsWith('{') ? 'application/json' : 'text/html',
      'x-canary': CANARY,
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('ORIGIN', elsewhere)])),
    },
  });

export const FAULTS: Readonly<Record<string, FaultCase>> = {
  'no server': { what: 'refused', code: 'SOURCE_UNAVAILABLE' },
  'a connection reset': { what: () => ({ do: 'reset' }), code: 'SOURCE_UNAVAILABLE' },
  'no answer': { what: () => FOREVER, code: 'SOURCE_TIMEOUT', takesTime: true },
  'a slow drip': { what: () => ({ do: 'drip', milliseconds: 90 }), code: 'SOURCE_TIMEOUT', takesTime: true },
  'an endless answer': { what: () => ({ do: 'endless' }), code: 'SOURCE_BAD_RESPONSE' },
  'a body that is cut off': { what: () => ({ do: 'cut', after: 0.6 }), code: 'SOURCE_UNAVAILABLE' },
  'malformed JSON': { what: answer(200, `{"data":[{"${CANARY}`), code: 'SOURCE_BAD_RESPONSE' },
  'an answer of another shape': { what: answer(200, WRONG_SHAPE), code: 'SOURCE_BAD_RESPONSE' },
  'an HTML page for an answer': { what: answer(200, HTML), code: 'SOURCE_BAD_RESPONSE' },
  'an empty answer': { what: answer(200, ''), code: 'SOURCE_BAD_RESPONSE' },
  '401': { what: answer(401, HTML), code: 'SOURCE_UNAUTHENTICATED' },
  '403': { what: answer(403, JSON_TEXT), code: 'SOURCE_FORBIDDEN' },
  '404': { what: answer(404, JSON_TEXT), code: 'NOT_FOUND', endsTails: true },
  '429 with Retry-After': {
    what: answer(429, CANARY, { 'retry-after': '17' }),
    code: 'SOURCE_RATE_LIMITED',
    retryAfterSeconds: 17,
  },
  '429 without Retry-After': { what: answer(429, JSON_TEXT), code: 'SOURCE_RATE_LIMITED' },
  '500': { what: answer(500, JSON_TEXT), code: 'SOURCE_UNAVAILABLE' },
  '502 with HTML': { what: answer(502, HTML), code: 'SOURCE_UNAVAILABLE' },
  '503': {
    what: answer(503, HTML),
    code: 'SOURCE_UNAVAILABLE',
    codeOf: { 'sap-job-scheduling': 'SOURCE_RATE_LIMITED' },
  },
  '504': { what: answer(504, HTML), code: 'SOURCE_TIMEOUT' },
  'a redirect to another origin': {
    what: answer(302, HTML, { location: 'ORIGIN/elsewhere' }),
    code: 'SOURCE_BAD_RESPONSE',
  },
};
