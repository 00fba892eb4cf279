import { openAttempt } from './attempt.ts';
import type { AttemptParts, OpenAttempt } from './attempt.ts';
import type { Authorizer } from './auth/authorizer.ts';
import { AttemptFailure } from './policy/attempt-failure.ts';
import type { Caller } from './policy/caller.ts';
import { withRetries } from './policy/retry.ts';
import type { WireRequest } from './request/exchange.ts';
import type { Span } from '../domain/span.ts';
import { authorised, traceable } from './request/wire-request.ts';

/** A call to a source: one request, and as many attempts as it may take. */
export interface SourceCall<T> {
  readonly request: WireRequest;
  /** How metrics call it: see `HttpRequest.route`. */
  readonly route: string | null;
  /** May it be sent again after it may have been carried out? */
  readonly idempotent: boolean;
  readonly authorizer: Authorizer;
  readonly caller: Caller;
  readonly span: Span;
  /** Is the source told which trace it is for? */
  readonly sendsTraceparent: boolean;
  /** Reads an answer, and finishes its attempt. */
  readonly read: (open: OpenAttempt) => Promise<T> | T;
}

/** Makes a call. Rejects with a `TributaryError`, or with the reason of the caller's cancellation. */
export function makeCall<T>(parts: AttemptParts, call: SourceCall<T>): Promise<T> {
  const retries = call.idempotent ? parts.wire.limits.retries : 0;
  const { breaker, retryBudget, recorder } = parts;
  const worthwhile = (): boolean => {
    if (breaker.state() !== 'closed') return false;
    if (retryBudget.retry()) return true;
    recorder.retryLeftOut();
    return false;
  };
  retryBudget.call();
  const send = renewing(parts, call);
  let tried = 0;
  const attempt = (): Promise<T> => {
    if (tried > 0) {
      recorder.retried();
      call.span.note({ 'http.request.resend_count': tried });
    }
    tried += 1;
    return send();
  };
  return withRetries(attempt, { retries, clock: parts.clock, worthwhile }, call.caller.cancellation);
}

/**
 * Attempts that answer a refused token with a new one, once in a call. Refused means not carried out, so
 * this holds for calls that must not be repeated too.
 */
function renewing<T>(parts: AttemptParts, call: SourceCall<T>): () => Promise<T> {
  const { request, route, authorizer, caller, span, sendsTraceparent, read } = call;
  let renewed = false;
  return async function attempt(): Promise<T> {
    parts.refusals.check(request);
    const authorization = await authorizer.authorization(caller.cancellation);
    try {
      const sent = traceable(authorised(request, authorization), sendsTraceparent ? span.traceparent : null);
      const open = await openAttempt(parts, sent, caller, route);
      span.note({ 'http.response.status_code': open.answer.status });
      const result = await read(open);
      parts.refusals.learn(request, null);
      return result;
    } catch (error) {
      const status = error instanceof AttemptFailure ? error.error.status : undefined;
      if (status !== undefined) span.note({ 'http.response.status_code': status });
      const isRenewable = isRefusal(error) && authorizer.refused(authorization);
      if (renewed || !isRenewable) {
        parts.refusals.learn(request, error);
        throw error;
      }
      renewed = true;
      return await attempt();
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof AttemptFailure && error.error.code === 'SOURCE_UNAUTHENTICATED';
}
