import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { WireRequest } from '../request/exchange.ts';
import type { Allowance } from './allowance.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/** How long refused credentials are not sent again: some vendors lock an account after repeated failures. */
export const REFUSED_MILLISECONDS = 30_000;

/** How long a refusal reported by another replica counts: the source may have accepted the credentials since. */
export const HEARSAY_MILLISECONDS = 1_000;

/** A request that was forbidden `FORBIDDEN_TIMES` times is not sent again for this long. */
const FORBIDDEN_MILLISECONDS = 10_000;
const FORBIDDEN_TIMES = 5;

/** Most forbidden requests that are remembered. The least recently used are forgotten first. */
const MOST_FORBIDDEN = 1_000;

interface Refusal {
  readonly error: TributaryError;
  until: number;
}

interface RefusalOfAll extends Refusal {
  /** True if another replica reported it. */
  readonly isHearsay: boolean;
}

interface Forbidden extends Refusal {
  readonly times: number;
}

/**
 * Remembers for a while what a source refused one credential: everything (401), or one request (403, several times).
 * Lives as long as the source's HTTP client, so a changed configuration starts with an empty memory.
 */
export interface Refusals {
  /** Throws the earlier error if the source refused the same request or credential a short time ago. */
  check(request: WireRequest): void;
  /**
   * A request that passed the check is about to be sent. If the credential had been refused, this request is a trial,
   * and all others stay refused until it is answered.
   */
  start(): void;
  /** Records how a request ended; null: success. Do not report a refused token that can still be renewed. */
  learn(request: WireRequest, error: unknown): void;
  /** Adopts what other replicas know about the credentials: see `Permission.refusedMilliseconds`. */
  hear(milliseconds: number | null): void;
}

/** The error for callers when the source refused the credentials to another replica. */
export function refusedElsewhere(source: string, label: string): TributaryError {
  const message = `${label}: the credentials were refused a short time ago`;
  return new TributaryError('SOURCE_UNAUTHENTICATED', message, { source });
}

/** `allowance` passes refusals on to other replicas. */
export function createRefusals(
  source: string,
  clock: Pick<Clock, 'now'>,
  allowance: Pick<Allowance, 'refuse' | 'accept'> | null = null,
): Refusals {
  let all: RefusalOfAll | null = null;
  const forbidden = new LRUCache<string, Forbidden>(atMost(MOST_FORBIDDEN));

  function check(request: WireRequest): void {
    const now = clock.now();
    if (all !== null && now < all.until) throw all.error;
    const one = forbidden.get(nameOf(request));
    if (one !== undefined && one.times >= FORBIDDEN_TIMES && now < one.until) throw one.error;
  }

  function forbid(name: string, error: TributaryError): void {
    const now = clock.now();
    const known = forbidden.get(name);
    const times = known !== undefined && now < known.until ? known.times + 1 : 1;
    forbidden.set(name, { error, times, until: now + FORBIDDEN_MILLISECONDS });
  }

  return {
    check,
    start() {
      if (all !== null) all.until = clock.now() + REFUSED_MILLISECONDS;
    },
    learn(request, failure) {
      const error = failure instanceof AttemptFailure ? failure.error : null;
      if (error?.code === 'SOURCE_UNAUTHENTICATED') {
        all = { error, until: clock.now() + REFUSED_MILLISECONDS, isHearsay: false };
        allowance?.refuse(REFUSED_MILLISECONDS);
        return;
      }
      // Any other answer means that the source accepted the credentials. No answer says nothing about them.
      if (all !== null && (failure === null || error?.status !== undefined)) {
        all = null;
        allowance?.accept();
      }
      if (error?.code === 'SOURCE_FORBIDDEN') forbid(nameOf(request), error);
    },
    hear(milliseconds) {
      if (milliseconds === null) {
        if (all?.isHearsay === true) all = null;
        return;
      }
      const until = clock.now() + Math.min(milliseconds, HEARSAY_MILLISECONDS);
      if (all === null || all.until < until) all = { error: refusedElsewhere(source, source), until, isHearsay: true };
    },
  };
}

function nameOf({ method, path, body }: WireRequest): string {
  return `${method} ${path} ${body ?? ''}`;
}
