import { openAttempt } from './attempt.ts';
import type { AttemptParts, OpenAttempt } from './attempt.ts';
import type { Authorizer } from './auth/authorizer.ts';
import { AttemptFailure, refusesCredentials } from './policy/attempt-failure.ts';
import type { Caller } from './policy/caller.ts';
import { withRetries } from './policy/retry.ts';
import type { WireRequest } from './request/exchange.ts';
import type { Span } from '../domain/span.ts';
import { authorised, traceable } from './request/wire-request.ts';

/** A call to a source: one request, made in one or more attempts. */
export interface SourceCall<T> {
  readonly request: WireRequest;
  /** The request's name in metrics: see `HttpRequest.route`. */
  readonly route: string | null;
  /** True if the request may be repeated even though the source may already have carried it out. */
  readonly idempotent: boolean;
  readonly authorizer: Authorizer;
  readonly caller: Caller;
  readonly span: Span;
  /** True if the request carries a `traceparent` header. */
  readonly sendsTraceparent: boolean;
  /** Reads an answer, and finishes its attempt. */
  readonly read: (open: OpenAttempt) => Promise<T> | T;
}

/** Makes a call. Rejects with a `TributaryError`, or with the reason of the caller's cancellation. */
export function makeCall<T>(parts: AttemptParts, call: SourceCall<T>): Promise<T> {
  const retries = call.idempotent ? parts.wire.limits.retries : 0;
  const { breaker, broken, retryBudget, recorder } = parts;
  const worthwhile = ({ advice }: AttemptFailure): boolean => {
    if (breaker.state() !== 'closed') return false;
    if (advice === 'once' && broken.has(call.request)) return false;
    if (retryBudget.retry()) return true;
    recorder.retryLeftOut();
    return false;
  };
  retryBudget.call();
  const send = renewing(parts, call);
  let tried = 0;
  const attempt = async (): Promise<T> => {
    if (tried > 0) {
      recorder.retried();
      call.span.note({ 'http.request.resend_count': tried });
    }
    tried += 1;
    try {
      const result = await send();
      broken.learn(call.request, null, tried > 1);
      return result;
    } catch (error) {
      broken.learn(call.request, error, tried > 1);
      throw error;
    }
  };
  return withRetries(attempt, { retries, clock: parts.clock, worthwhile }, call.caller.cancellation);
}

/**
 * Makes attempts that replace a refused token and try again, once per call. The source did not carry out a refused
 * request, so this is safe even for calls that must not be repeated.
 */
function renewing<T>(parts: AttemptParts, call: SourceCall<T>): () => Promise<T> {
  const { request, route, authorizer, caller, span, sendsTraceparent, read } = call;
  let renewed = false;
  return async function attempt(): Promise<T> {
    parts.refusals.check(request);
    const authorization = await authorizer.authorization(caller.cancellation);
    try {
      const sent = traceable(
        authorised(request, authorizer.header, authorization),
        sendsTraceparent ? span.traceparent : null,
      );
      const open = await openAttempt(parts, sent, caller, route);
      span.note({ 'http.response.status_code': open.answer.status });
      const result = await read(open);
      parts.refusals.learn(request, null);
      return result;
    } catch (error) {
      const status = error instanceof AttemptFailure ? error.error.status : undefined;
      if (status !== undefined) span.note({ 'http.response.status_code': status });
      const isRenewable = refusesCredentials(error) && authorizer.refused(authorization);
      if (renewed || !isRenewable) {
        parts.refusals.learn(request, error);
        throw error;
      }
      renewed = true;
      return await attempt();
    }
  };
}
