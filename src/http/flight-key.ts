import type { WireRequest } from './request/exchange.ts';

/** Names what a call asks, so that equal calls have equal names. */
export type FlightKey = (request: WireRequest, credential: string | null, decoder: object) => string;

/** Decoders and readers are told apart by identity: calls that share an answer share its type. */
export function createFlightKey(): FlightKey {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (request, credential, decoder) => {
    const number = numbers.get(decoder) ?? (last += 1);
    numbers.set(decoder, number);
    return JSON.stringify([request.method, request.path, request.headers, request.body, credential, number]);
  };
}
