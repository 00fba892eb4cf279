import { performance } from 'node:perf_hooks';
import { hasCode, TributaryError } from '../domain/errors.ts';
import { collect } from './body/collect.ts';
import { parseErrorBody } from './body/parse.ts';
import { answerFailure } from './policy/answer-failure.ts';
import { AttemptFailure, outcomeName } from './policy/attempt-failure.ts';
import type { Breaker, Outcome } from './policy/breaker.ts';
import type { BrokenRequests } from './policy/broken-requests.ts';
import type { Caller } from './policy/caller.ts';
import type { RetryBudget } from './policy/retry-budget.ts';
import type { Clock } from './policy/clock.ts';
import type { CoolDown } from './policy/cool-down.ts';
import type { Limiter } from './policy/limiter.ts';
import type { Refusals } from './policy/refusals.ts';
import type { Cancellation } from './request/abort.ts';
import { exchange } from './request/exchange.ts';
import type { Exchange, Wire, WireRequest } from './request/exchange.ts';
import { followRedirect } from './request/redirects.ts';
import type { OtherHost } from './request/redirects.ts';
import type { ClassifyError, PaceAfter } from './settings.ts';
import type { Recorder, RequestObservation } from './stats.ts';

const LARGEST_ERROR_BODY_BYTES = 64 * 1024;

/** What all attempts at one source share. */
export interface AttemptParts {
  readonly wire: Wire;
  /** Connects to hosts that the source redirects to. */
  readonly otherHost: (origin: string) => OtherHost;
  readonly limiter: Limiter;
  readonly breaker: Breaker;
  readonly retryBudget: RetryBudget;
  readonly coolDown: CoolDown;
  readonly refusals: Refusals;
  readonly broken: BrokenRequests;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly classify: ClassifyError | undefined;
  readonly paceAfter: PaceAfter | undefined;
  readonly onRequest: ((observation: RequestObservation) => void) | undefined;
}

/** A successful answer whose body is still on the way. It keeps its slot in the limiter until `finish`. */
export interface OpenAttempt {
  readonly answer: Exchange;
  /** Call this when the body is read or abandoned: with the error, or null. */
  readonly finish: (error: unknown) => void;
}

/**
 * Makes one attempt: waits for a slot, asks the breaker, sends, and turns every answer that is not a whole 2xx into a
 * failure. Rejects with the reason of the cancellation when the caller leaves.
 */
export async function openAttempt(
  parts: AttemptParts,
  request: WireRequest,
  caller: Caller,
  route: string | null,
): Promise<OpenAttempt> {
  const asked = parts.clock.now();
  const release = enterNow(parts, caller) ?? (await enter(parts, caller, asked));
  const sent = parts.clock.now();
  const queuedMilliseconds = Math.max(0, sent - asked);
  const settle = admitted(parts, request, release);
  const started = performance.now();
  let status: number | null = null;
  let end = (): void => undefined;

  function finish(error: unknown): void {
    end();
    parts.coolDown.learn(error);
    settle(outcomeOf(error));
    release();
    const durationMilliseconds = performance.now() - started;
    const outcome = outcomeName(error);
    const { source } = parts.wire;
    const { method } = request;
    const { requestId } = caller;
    parts.onRequest?.({ source, method, route, status, queuedMilliseconds, durationMilliseconds, outcome, requestId });
  }

  try {
    const first = await exchange(parts.wire, request, caller.cancellation);
    ({ status } = first);
    if (parts.paceAfter !== undefined) parts.limiter.pace(parts.paceAfter(first), sent);
    const answer = await followRedirect(first, request, parts, caller.cancellation);
    ({ status } = answer);
    end = () => {
      answer.deadline.end();
    };
    parts.recorder.answered(performance.now() - started);
    if (!isWhole(status)) throw await refusal(parts, answer, caller.cancellation);
    return { answer, finish };
  } catch (error) {
    finish(error);
    throw error;
  }
}

/** Takes a slot if there is one and the source takes calls. */
function enterNow({ limiter, coolDown }: AttemptParts, caller: Caller): (() => void) | null {
  return coolDown.isOn() ? null : limiter.acquireNow(caller);
}

/** Waits for a slot. If the source asks for a pause meanwhile, gives the slot back and waits until the pause ends. */
async function enter(
  { limiter, coolDown, recorder, wire }: AttemptParts,
  caller: Caller,
  since: number,
): Promise<() => void> {
  for (;;) {
    await coolDown.over(caller.cancellation, since + wire.limits.queueMilliseconds);
    const release = await limiter.acquire(caller, since).catch((error: unknown) => {
      if (hasCode(error, 'SOURCE_RATE_LIMITED', 'SOURCE_TIMEOUT')) recorder.turnedAway();
      throw error;
    });
    if (!coolDown.isOn()) return release;
    release();
  }
}

/** Partial content (206) must not pass for the whole answer. */
function isWhole(status: number): boolean {
  return status >= 200 && status < 300 && status !== 206;
}

/** Asks the memory of refusals and the breaker. Releases the slot if either refuses. */
function admitted(
  { breaker, refusals }: AttemptParts,
  request: WireRequest,
  release: () => void,
): (outcome: Outcome) => void {
  try {
    refusals.check(request);
    const settle = breaker.admit();
    refusals.start();
    return settle;
  } catch (error) {
    release();
    throw error;
  }
}

async function refusal(parts: AttemptParts, answer: Exchange, cancellation: Cancellation): Promise<Error> {
  const { status, headers } = answer;
  let body: unknown;
  try {
    body = parseErrorBody(await collect(answer.body, LARGEST_ERROR_BODY_BYTES), LARGEST_ERROR_BODY_BYTES);
  } catch (error) {
    // Without the body, the status decides, unless the caller has left.
    if (cancellation.aborted) return answer.explain(error);
  }
  return answerFailure(parts.wire.source, { status, headers, body }, parts.clock.now(), parts.classify);
}

function outcomeOf(error: unknown): Outcome {
  if (error === null || error instanceof TributaryError) return 'success';
  if (error instanceof AttemptFailure) return error.blamesSource ? 'failure' : 'success';
  return 'abandoned';
}
