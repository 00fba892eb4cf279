import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Goes into log lines and headers as it is. */
const FORM = /^[\w.:=@+/-]{1,128}$/;

const known = new WeakMap<IncomingMessage, string>();

/** The name of a request in log lines and answers: the one that it came with, or a new one. */
export function requestIdOf(request: IncomingMessage): string {
  let id = known.get(request);
  if (id === undefined) {
    id = requestIdFrom(request.headers[REQUEST_ID_HEADER]);
    known.set(request, id);
  }
  return id;
}

/** What a client gave, if it has the form of an id; else a new one. */
export function requestIdFrom(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && FORM.test(given) ? given : randomUUID();
}
