import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Accepted ids: they go unescaped into log lines and headers. */
const FORM = /^[\w.:=@+/-]{1,128}$/;

const known = new WeakMap<IncomingMessage, string>();

/** A request's id in log lines and answers: the client's, or a new one. */
export function requestIdOf(request: IncomingMessage): string {
  let id = known.get(request);
  if (id === undefined) {
    id = requestIdFrom(request.headers[REQUEST_ID_HEADER]);
    known.set(request, id);
  }
  return id;
}

/** The client's id if it has an accepted form, otherwise a new one. */
export function requestIdFrom(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && FORM.test(given) ? given : randomUUID();
}
