import { LRUCache } from 'lru-cache';
import { TributaryError } from '../../domain/errors.ts';
import type { WireRequest } from '../request/exchange.ts';
import type { Allowance } from './allowance.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/** Refused credentials are not shown again for so long: some vendors lock an account that fails often. */
export const REFUSED_MILLISECONDS = 30_000;

/** What another replica says of that is good for so long: they may have been taken since. */
export const HEARSAY_MILLISECONDS = 1_000;

/** What the credentials may not read is not asked for again for so long, once it was forbidden so often. */
const FORBIDDEN_MILLISECONDS = 10_000;
const FORBIDDEN_TIMES = 5;

/** Forbidden requests that are remembered. Those that came first are forgotten first. */
const MOST_FORBIDDEN = 1_000;

interface Refusal {
  readonly error: TributaryError;
  until: number;
}

interface RefusalOfAll extends Refusal {
  /** Did another replica say so? */
  readonly isHearsay: boolean;
}

interface Forbidden extends Refusal {
  readonly times: number;
}

/**
 * Remembers for a while what one credential was refused: everything (401), or one request (403, a few times). Lives as long as the HTTP client
 * of its source, so a changed configuration begins with nothing remembered.
 */
export interface Refusals {
  /** Throws what the source said when it refused the same a short time ago. */
  check(request: WireRequest): void;
  /** A request that passed the check is sent: where all were refused before, the others go on being refused until it is answered. */
  start(): void;
  /** To be told how a request ended; null: well. A token that can still be renewed is no refusal. */
  learn(request: WireRequest, error: unknown): void;
  /** What the replicas know of the credentials: see `Permission.refusedMilliseconds`. */
  hear(milliseconds: number | null): void;
}

/** How callers are told of what another replica was told. */
export function refusedElsewhere(source: string, label: string): TributaryError {
  const message = `${label}: the credentials were refused a short time ago`;
  return new TributaryError('SOURCE_UNAUTHENTICATED', message, { source });
}

/** `allowance`: where other replicas are told. */
export function createRefusals(
  source: string,
  clock: Pick<Clock, 'now'>,
  allowance: Pick<Allowance, 'refuse' | 'accept'> | null = null,
): Refusals {
  let all: RefusalOfAll | null = null;
  const forbidden = new LRUCache<string, Forbidden>({ max: MOST_FORBIDDEN });

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
      // A source that answers anything else has taken the credentials; one that doesn't answer says nothing of them.
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
