import { rest } from '../../domain/fair-share.ts';
import { Caller } from './caller.ts';

/** The result of a call. Times are from `performance.now()`, in milliseconds. */
export interface Landed<T> {
  readonly value: T;
  readonly begun: number;
  readonly landed: number;
}

/** Shares one call among callers that ask the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the call under `key`, or starts it. A caller's cancellation ends only its own wait; the call is cancelled
   * when no caller waits any more. While it waits for a slot, it has a turn for each of its callers. Callers of one key
   * must expect the same type. A call that began before `notBefore` is not joined but replaced under its key.
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

/** So many callers go on in the same turn of the event loop. Hundreds may share a call, and each has work with its answer. */
const MOST_AT_ONCE = 4;

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
      // No further caller joins. Drop the answer, because an outgrown table of V8's map may keep the flight alive for a
      // while.
      flight.result = LANDED;
    };
    // Handles a rejection too, when all callers have left and none awaits the result.
    flight.result.then(land, land);
    return flight;
  }

  return {
    join(key, caller, start, notBefore = -Infinity) {
      if (caller.cancellation.aborted) return Promise.reject(caller.cancellation.reason);
      const known = flights.get(key);
      const flight = known !== undefined && known.begun >= notBefore ? known : takeOff(key, start, caller);
      flight.callers += 1;
      const result = flight.callers > MOST_AT_ONCE ? inOwnTurn(flight.result) : flight.result;
      flight.shared.join(caller);
      return new Promise((resolve, reject) => {
        const forget = caller.cancellation.onAbort(() => {
          reject(caller.cancellation.reason);
          flight.callers -= 1;
          if (flight.callers > 0) return;
          if (flights.get(key) === flight) flights.delete(key);
          flight.shared.cancellation.cancel();
        });
        result.then(
          (landed) => {
            forget();
            resolve(landed);
          },
          (error: unknown) => {
            forget();
            // The error of the flight, whatever it is.
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
            reject(error);
          },
        );
      });
    },
  };
}

async function inOwnTurn<T>(result: Promise<T>): Promise<T> {
  const landed = await result;
  await rest();
  return landed;
}
