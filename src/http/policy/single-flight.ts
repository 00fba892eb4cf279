import { Caller } from './caller.ts';

/** What a call has brought. Times are those of `performance.now()`, milliseconds. */
export interface Landed<T> {
  readonly value: T;
  readonly begun: number;
  readonly landed: number;
}

/** Shares one call among callers that ask the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the call under `key`, or starts it. A caller's cancellation ends its own wait; the call itself is
   * cancelled when no caller waits any more, and has a turn of each of them while it waits. Callers of one key
   * must expect one type. A call that began before `notBefore` is not joined, but its place is taken.
   */
  join(
    key: string,
    caller: Caller,
    start: (shared: Caller) => Promise<unknown>,
    notBefore?: number,
  ): Promise<Landed<unknown>>;
}

interface Flight {
  readonly shared: Caller;
  readonly begun: number;
  result: Promise<Landed<unknown>>;
  callers: number;
}

const LANDED = Promise.resolve({ value: undefined, begun: 0, landed: 0 });

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight>();

  function takeOff(key: string, start: (shared: Caller) => Promise<unknown>, caller: Caller): Flight {
    const shared = new Caller(caller.claims);
    const begun = performance.now();
    const result = start(shared).then((value) => ({ value, begun, landed: performance.now() }));
    const flight: Flight = { shared, begun, result, callers: 0 };
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
      // No further caller joins, and an outgrown table of the map may still hold the flight for a while.
      flight.result = LANDED;
    };
    // Also when all callers have left and none looks at the result.
    flight.result.then(land, land);
    return flight;
  }

  return {
    join(key, caller, start, notBefore = -Infinity) {
      if (caller.cancellation.aborted) return Promise.reject(caller.cancellation.reason);
      const known = flights.get(key);
      const flight = known !== undefined && known.begun >= notBefore ? known : takeOff(key, start, caller);
      flight.callers += 1;
      flight.shared.join(caller);
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
