import type { WireRequest } from './request/exchange.ts';

/** Computes a key that is equal for equal calls. */
export type FlightKey = (request: WireRequest, credential: string | null, decoder: object) => string;

/** Decoders and readers are compared by identity, so calls that share an answer expect the same type. */
export function createFlightKey(): FlightKey {
  const numbers = new WeakMap<object, number>();
  let last = 0;

  return (request, credential, decoder) => {
    const number = numbers.get(decoder) ?? (last += 1);
    numbers.set(decoder, number);
    // A line feed is a safe separator: numbers, methods and paths never contain one.
    const { redirectsTo } = request;
    const place = `${number} ${request.method} ${request.path}${redirectsTo === undefined ? '' : ` ${redirectsTo.join()}`}`;
    if (request.body === null && credential === null) return `${place}\n${JSON.stringify(request.headers)}`;
    return `${place}\n${JSON.stringify(request.headers)}\n${JSON.stringify([request.body, credential])}`;
  };
}
