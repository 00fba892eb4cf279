import type { Call } from '../../domain/call.ts';
import { abortReason } from '../request/abort.ts';

/** What a shared call is made with: aborted when its last caller has left, as urgent as its most urgent one. */
export type SharedCall = Pick<Call, 'signal' | 'priority'>;

/** Shares one call among callers that ask the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the call under `key`, or starts it. A caller's abort ends its own wait; the call itself is
   * aborted when nobody waits any more. Callers of one key must expect one type.
   */
  join(key: string, caller: SharedCall, start: (shared: SharedCall) => Promise<unknown>): Promise<unknown>;
}

interface Flight {
  readonly controller: AbortController;
  readonly shared: { signal: AbortSignal; priority: Call['priority'] };
  readonly result: Promise<unknown>;
  callers: number;
}

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight>();

  function takeOff(key: string, priority: Call['priority'], start: (shared: SharedCall) => Promise<unknown>): Flight {
    const controller = new AbortController();
    const shared = { signal: controller.signal, priority };
    const flight: Flight = { controller, shared, result: start(shared), callers: 0 };
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    // Also when everybody has left and nobody looks at the result any more.
    flight.result.then(land, land);
    return flight;
  }

  return {
    join(key, caller, start) {
      if (caller.signal.aborted) return Promise.reject(abortReason(caller.signal));
      const flight = flights.get(key) ?? takeOff(key, caller.priority, start);
      flight.callers += 1;
      if (caller.priority === 'interactive') flight.shared.priority = 'interactive';
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          reject(abortReason(caller.signal));
          flight.callers -= 1;
          if (flight.callers > 0) return;
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort();
        };
        caller.signal.addEventListener('abort', leave, { once: true });
        flight.result.then(resolve, reject).finally(() => {
          caller.signal.removeEventListener('abort', leave);
        });
      });
    },
  };
}
