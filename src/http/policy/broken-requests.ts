import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import type { WireRequest } from '../request/exchange.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/** How long a request that failed although it was repeated is not repeated again. */
const BROKEN_MILLISECONDS = 60_000;

/** Most requests that are remembered. The least recently used are forgotten first. */
const MOST_BROKEN = 1_000;

/**
 * Requests whose failure is permanent, as far as is known: one that may pass (a 500) came again when the request was repeated. They are
 * still sent, but once each. An answer, or a minute without such a failure, makes the request an ordinary one.
 */
export class BrokenRequests {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #until = new LRUCache<string, number>(atMost(MOST_BROKEN));

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  has(request: WireRequest): boolean {
    return this.#until.size > 0 && this.#clock.now() < (this.#until.get(nameOf(request)) ?? 0);
  }

  /** Records how an attempt ended; null: success. */
  learn(request: WireRequest, error: unknown, isRepeated: boolean): void {
    if (error === null) {
      if (this.#until.size > 0) this.#until.delete(nameOf(request));
      return;
    }
    const mayBePermanent = error instanceof AttemptFailure && error.advice === 'once';
    if (mayBePermanent && (isRepeated || this.has(request)))
      this.#until.set(nameOf(request), this.#clock.now() + BROKEN_MILLISECONDS);
  }
}

/** Of fixed length: paths and bodies can be long. */
function nameOf({ method, path, body }: WireRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body]))
    .digest('base64url');
}
