import type { WireRequest } from './request/exchange.ts';

/** Names what a call asks, so that equal calls have equal names. */
export type FlightKey = (request: WireRequest, credential: string | null, decoder: object) => string;

/** Decoders and readers are told apart by identity: calls that share an answer share its type. */
export function createFlightKey(): FlightKey {
  const numbers = new WeakMap<object, number>();
  const headerTexts = new WeakMap<object, string>();
  let last = 0;

  function textOf(headers: WireRequest['headers']): string {
    const known = headerTexts.get(headers);
    if (known !== undefined) return known;
    const text = JSON.stringify(headers);
    headerTexts.set(headers, text);
    return text;
  }

  return (request, credential, decoder) => {
    const number = numbers.get(decoder) ?? (last += 1);
    numbers.set(decoder, number);
    // Neither a method nor a path nor a number has a line feed in it.
    const place = `${number} ${request.method} ${request.path}`;
    if (request.body === null && credential === null) return `${place}\n${textOf(request.headers)}`;
    return `${place}\n${textOf(request.headers)}\n${JSON.stringify([request.body, credential])}`;
  };
}
