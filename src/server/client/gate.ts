import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Welcome } from './own-origin.ts';
import type { Callers } from './callers.ts';
import { mayBeForged } from './forgery.ts';

interface GateOptions {
  readonly callers: Callers;
  readonly callerOf: (request: IncomingMessage) => string | null;
  /** Pages that may make browsers send requests; null: all of them. */
  readonly welcome: Welcome | null;
}

const FORGED =
  'A page of another site may have sent this. Send Content-Type: application/json, or the header X-Requested-With.';

/** Decides whether a request to the graph is looked at. What it makes of one that is not is answered when it returns false. */
export function createGate({ callers, callerOf, welcome }: GateOptions) {
  return function admits(request: IncomingMessage, response: ServerResponse): boolean {
    if (welcome !== null && mayBeForged(request, welcome)) {
      refuse(response, 403, 'FORBIDDEN', FORGED);
      return false;
    }
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      const message = 'A compressed body is not taken: send it as it is.';
      refuse(response, 415, 'BAD_USER_INPUT', message, {}, { 'accept-encoding': 'identity' });
      return false;
    }
    const begun = callers.begin(callerOf(request));
    if (typeof begun === 'function') {
      response.once('close', begun);
      return true;
    }
    const { message, retryAfterSeconds } = begun;
    refuse(response, 429, 'FORBIDDEN', message, { retryAfterSeconds }, { 'retry-after': String(retryAfterSeconds) });
    return false;
  };
}

/** Answers as the graph does. A body that is still to come is not waited for. */
function refuse(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] });
  response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' }).end(body);
}
