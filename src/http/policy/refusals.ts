import { LRUCache } from 'lru-cache';
import type { TributaryError } from '../../domain/errors.ts';
import type { WireRequest } from '../request/exchange.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/** Refused credentials are not shown again for so long: some vendors lock an account that fails often. */
export const REFUSED_MILLISECONDS = 30_000;

/** What the credentials may not read is not asked for again for so long. */
const FORBIDDEN_MILLISECONDS = 10_000;

/** Forbidden requests that are remembered. Those that came first are forgotten first. */
const MOST_FORBIDDEN = 1_000;

interface Refusal {
  readonly error: TributaryError;
  until: number;
}

/**
 * Remembers for a while what one credential was refused: everything (401), or one request (403). Lives as long as the HTTP client
 * of its source, so a changed configuration begins with nothing remembered.
 */
export interface Refusals {
  /** Throws what the source said when it refused the same a short time ago. */
  check(request: WireRequest): void;
  /** A request that passed the check is sent: where all were refused before, the others go on being refused until it is answered. */
  start(): void;
  /** To be told how a request ended; null: well. A token that can still be renewed is no refusal. */
  learn(request: WireRequest, error: unknown): void;
}

export function createRefusals(clock: Pick<Clock, 'now'>): Refusals {
  let all: Refusal | null = null;
  const forbidden = new LRUCache<string, Refusal>({ max: MOST_FORBIDDEN });

  function check(request: WireRequest): void {
    const now = clock.now();
    if (all !== null && now < all.until) throw all.error;
    const one = forbidden.get(nameOf(request));
    if (one !== undefined && now < one.until) throw one.error;
  }

  return {
    check,
    start() {
      if (all !== null) all.until = clock.now() + REFUSED_MILLISECONDS;
    },
    learn(request, failure) {
      const error = failure instanceof AttemptFailure ? failure.error : null;
      if (error?.code === 'SOURCE_UNAUTHENTICATED') {
        all = { error, until: clock.now() + REFUSED_MILLISECONDS };
        return;
      }
      // A source that answers anything else has taken the credentials; one that doesn't answer says nothing of them.
      if (failure === null || error?.status !== undefined) all = null;
      if (error?.code === 'SOURCE_FORBIDDEN')
        forbidden.set(nameOf(request), { error, until: clock.now() + FORBIDDEN_MILLISECONDS });
    },
  };
}

function nameOf({ method, path, body }: WireRequest): string {
  return `${method} ${path} ${body ?? ''}`;
}
