import type { Call } from '../../domain/call.ts';
import { Cancellation } from '../request/abort.ts';

/** Who asks: one caller, or all those who share a call. */
export interface Caller {
  readonly cancellation: Cancellation;
  /** May rise while the call waits. */
  readonly priority: Call['priority'];
}

/** Shares one call among callers that ask the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the call under `key`, or starts it. A caller's cancellation ends its own wait; the call itself is
   * cancelled when nobody waits any more, and is as urgent as its most urgent caller. Callers of one key
   * must expect one type.
   */
  join(key: string, caller: Caller, start: (shared: Caller) => Promise<unknown>): Promise<unknown>;
}

interface Flight {
  readonly shared: { readonly cancellation: Cancellation; priority: Call['priority'] };
  result: Promise<unknown>;
  callers: number;
}

const LANDED = Promise.resolve();

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight>();

  function takeOff(key: string, priority: Call['priority'], start: (shared: Caller) => Promise<unknown>): Flight {
    const shared = { cancellation: new Cancellation(), priority };
    const flight: Flight = { shared, result: start(shared), callers: 0 };
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
      // Nobody joins any more, and an outgrown table of the map may still hold the flight for a while.
      flight.result = LANDED;
    };
    // Also when everybody has left and nobody looks at the result any more.
    flight.result.then(land, land);
    return flight;
  }

  return {
    join(key, caller, start) {
      if (caller.cancellation.aborted) return Promise.reject(caller.cancellation.reason);
      const flight = flights.get(key) ?? takeOff(key, caller.priority, start);
      flight.callers += 1;
      if (caller.priority === 'interactive') flight.shared.priority = 'interactive';
      return new Promise((resolve, reject) => {
        const forget = caller.cancellation.onAbort(() => {
          reject(caller.cancellation.reason);
          flight.callers -= 1;
          if (flight.callers > 0) return;
          if (flights.get(key) === flight) flights.delete(key);
          flight.shared.cancellation.cancel();
        });
        flight.result.then(resolve, reject).finally(forget);
      });
    },
  };
}
