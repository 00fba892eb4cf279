import type { ClassifyError } from '../settings.ts';

type RefusedAnswer = Parameters<ClassifyError>[0];
type Headers = RefusedAnswer['headers'];

/** The longest wait, whatever a source states: quotas are counted by the day at most. */
export const LONGEST_WAIT_SECONDS = 86_400;

/** Headers with the time when a quota resets. Some count seconds from now, others from 1970. */
const RESETS = ['ratelimit-reset', 'x-ratelimit-reset', 'x-ratelimit-reset-after', 'x-rate-limit-reset'] as const;
const REMAINING = ['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining'] as const;

/**
 * Seconds to wait before the next request, from a refusal's headers: `Retry-After-Ms`, `Retry-After`, and the reset time of
 * a quota that is used up. Undefined if no header can be read.
 */
export function secondsToWait({ status, headers }: Pick<RefusedAnswer, 'status' | 'headers'>, now: number) {
  const milliseconds = readNumber(textOf(headers, 'retry-after-ms'));
  if (milliseconds !== undefined) return secondsFrom(milliseconds / 1_000, now);
  const seconds = readWait(textOf(headers, 'retry-after'), now);
  if (seconds !== undefined) return seconds;
  const limited = waitOfPolicies(headers['ratelimit'], status === 429);
  if (limited !== undefined || !isOverQuota(status, headers)) return limited;
  return RESETS.map((name) => readWait(textOf(headers, name), now)).find((wait) => wait !== undefined);
}

/** The longest `RateLimit` header that is read. */
const LONGEST_POLICIES = 1_000;

/**
 * Seconds until all quotas of a `RateLimit` header that are used up reset: `"day";r=0;t=3600, "minute";r=12;t=30`, or in its
 * older form `limit=100, remaining=0, reset=30`. `isRefused`: the request was over a quota, so one that does not say how much
 * is left counts.
 */
function waitOfPolicies(header: Headers[string], isRefused: boolean): number | undefined {
  const text = [header ?? ''].flat().join(',');
  if (text.length > LONGEST_POLICIES) return undefined;
  const unquoted = text.toLowerCase().replaceAll(/"[^"]*"/g, '');
  const policies = /(?:^|[\s,;])reset=/.test(unquoted) ? [unquoted] : unquoted.split(',');
  const waits = policies.flatMap((policy) => {
    const left = /(?:^|[\s,;])(?:r|remaining)=(\d{1,15})(?![\d.])/.exec(policy)?.[1];
    const wait = /(?:^|[\s,;])(?:t|reset)=(\d{1,15})(?![\d.])/.exec(policy)?.[1];
    const isUsedUp = left === undefined ? isRefused : Number(left) === 0;
    return isUsedUp && wait !== undefined ? [boundedWait(Number(wait))] : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Clamps a wait that a source or a vendor's code states. */
export function boundedWait(seconds: number): number {
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(0, seconds));
}

/** Many answers state when a quota resets although it is not used up. */
function isOverQuota(status: number, headers: Headers): boolean {
  return status === 429 || REMAINING.some((name) => readNumber(textOf(headers, name)) === 0);
}

/** A number of seconds, or a date seen from `now` (milliseconds since 1970). */
function readWait(text: string | undefined, now: number): number | undefined {
  const number = readNumber(text);
  if (number !== undefined) return secondsFrom(number, now);
  const time = text === undefined ? undefined : readDate(text);
  return time === undefined ? undefined : boundedWait(Math.ceil((time - now) / 1_000));
}

/** A number of about thirty years or more is a date: in seconds or milliseconds since 1970. */
function secondsFrom(number: number, now: number): number {
  if (number < 1e9) return boundedWait(number);
  const time = number < 1e12 ? number * 1_000 : number;
  return boundedWait(Math.ceil((time - now) / 1_000));
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}(?:\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
}

const HTTP_DATE = /^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
const WITH_ZONE = /(?:Z|GMT|UTC|[+-]\d{2}:?\d{2})$/i;

/**
 * The three forms of an HTTP date (RFC 9110 section 5.6.7), and ISO dates. Without a zone, each is UTC. `Date.parse`
 * alone reads "-5" as a year, and a form without a zone as local time.
 */
function readDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text) && !ISO_DATE.test(text)) return undefined;
  const zone = WITH_ZONE.test(text) ? '' : ISO_DATE.test(text) ? 'Z' : ' GMT';
  const time = Date.parse(text + zone);
  return Number.isNaN(time) ? undefined : time;
}

/** The first value of a header. Undefined if it is longer than any of these forms. */
function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const text = (typeof value === 'string' ? value : value?.[0])?.trim();
  return text === undefined || text.length > 64 ? undefined : text;
}
