import { Cancellation } from '../request/abort.ts';
import type { Clock } from './clock.ts';
import { createRateWindow } from './rate-window.ts';
import type { Caller } from './single-flight.ts';

/** Bounds how many calls of a source run at once and how fast they start. */
export interface Limiter {
  /** Waits for a place; the result gives it back. Rejects with the reason of a cancellation. */
  acquire(caller: Caller): Promise<() => void>;
  inFlight(): number;
  queued(): number;
}

export interface LimiterSettings {
  readonly concurrency: number;
  readonly requestsPerSecond: number | null;
}

interface Ticket {
  readonly caller: Caller;
  readonly since: number;
  readonly enter: () => void;
}

/** A poll that has waited this long no longer gives way: a busy day must not silence a tail. */
const POLL_PATIENCE_MILLISECONDS = 5_000;

/** First come, first served, interactive queries before polls. */
export function createLimiter(settings: LimiterSettings, clock: Clock): Limiter {
  const rate = createRateWindow(settings.requestsPerSecond);
  const tickets: Ticket[] = [];
  const never = new Cancellation();
  let inFlight = 0;
  let pausing = false;

  function advance(): void {
    while (tickets.length > 0 && inFlight < settings.concurrency && !pausing) {
      const now = clock.now();
      const delay = rate.delay(now);
      if (delay > 0) {
        pause(delay);
        return;
      }
      rate.start(now);
      inFlight += 1;
      takeNext(now).enter();
    }
  }

  function pause(milliseconds: number): void {
    pausing = true;
    void clock.sleep(milliseconds, never).then(() => {
      pausing = false;
      advance();
    });
  }

  function takeNext(now: number): Ticket {
    const urgent = tickets.findIndex(
      ({ caller, since }) => caller.priority === 'interactive' || now - since >= POLL_PATIENCE_MILLISECONDS,
    );
    const [ticket] = tickets.splice(Math.max(0, urgent), 1);
    if (ticket === undefined) throw new Error('The queue is empty');
    return ticket;
  }

  function release(): void {
    inFlight -= 1;
    advance();
  }

  return {
    inFlight: () => inFlight,
    queued: () => tickets.length,
    acquire(caller) {
      const { cancellation } = caller;
      return new Promise((resolve, reject) => {
        if (cancellation.aborted) {
          reject(cancellation.reason);
          return;
        }
        const ticket: Ticket = {
          caller,
          since: clock.now(),
          enter() {
            forget();
            resolve(once(release));
          },
        };
        const forget = cancellation.onAbort(() => {
          tickets.splice(tickets.indexOf(ticket), 1);
          reject(cancellation.reason);
        });
        tickets.push(ticket);
        advance();
      });
    },
  };
}

function once(release: () => void): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    release();
  };
}
