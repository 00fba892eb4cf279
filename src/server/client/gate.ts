import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { writeJson } from '../../domain/json.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { AllowedPages } from './own-origin.ts';
import type { Access } from '../access/access.ts';
import { challengeOf, Denied } from '../access/denied.ts';
import type { Judge } from '../access/judge.ts';
import type { Callers, Refusal } from './callers.ts';
import { mayBeForged } from './forgery.ts';

interface GateOptions {
  readonly callers: Callers;
  /** Pages that may make browsers send requests; null: any page. */
  readonly allowedPages: AllowedPages | null;
}

/** The answer to a refused request, in the format of GraphQL errors. */
export interface RefusedRequest {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FORGED =
  'A page of another site may have sent this. Send Content-Type: application/json, or the header X-Requested-With.';

/**
 * Decides by headers and caller whether a request is admitted, on any HTTP transport. Returns a function that ends the
 * request in its caller's count, or a refusal.
 */
export function createGate({ callers, allowedPages }: GateOptions) {
  return function admit(headers: IncomingHttpHeaders, caller: string | null): (() => void) | RefusedRequest {
    if (allowedPages !== null && mayBeForged({ headers }, allowedPages)) return refused(403, 'FORBIDDEN', FORGED);
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      const message = 'A compressed body is not taken: send it as it is.';
      return refused(415, 'BAD_USER_INPUT', message, {}, { 'accept-encoding': 'identity' });
    }
    const begun = callers.begin(caller);
    if (typeof begun === 'function') return begun;
    return tooMuch(begun);
  };
}

export function refused(
  status: number,
  code: ErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): RefusedRequest {
  const body = writeJson({ errors: [{ message, extensions: { code, ...extensions } }] });
  return { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body };
}

/** Sends a refusal without waiting for the rest of the request's body. */
export function refuse(response: ServerResponse, { status, headers, body }: RefusedRequest): void {
  response.writeHead(status, { ...headers }).end(body);
}

/** A request with an authenticated caller: its access, and a function that ends the request in the caller's count. */
export interface Identified {
  readonly access: Access;
  readonly end: () => void;
}

/**
 * Authenticates the caller of an admitted request. A caller with a name is also counted by that name, from any address.
 */
export function createIdentification({ callers, judge }: { readonly callers: Callers; readonly judge: Judge }) {
  return async function identify(authorization: string | null): Promise<Identified | RefusedRequest> {
    let access: Access;
    try {
      access = await judge(authorization);
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      return denial(error, authorization !== null && authorization.trim() !== '');
    }
    const begun = beginOf(access, callers);
    return typeof begun === 'function' ? { access, end: begun } : tooMuch(begun);
  };
}

/** Counts an operation under the caller's name, if it has one. */
function beginOf({ caller }: Access, callers: Callers): (() => void) | Refusal {
  return caller === null ? () => undefined : callers.begin(`caller ${caller}`);
}

/** Counts an operation under the client's address and under the caller's name, if it has one. */
export function beginFrom(address: string | null, access: Access, callers: Callers): (() => void) | Refusal {
  const begun = callers.begin(address);
  if (typeof begun !== 'function') return begun;
  const known = beginOf(access, callers);
  if (typeof known !== 'function') {
    begun();
    return known;
  }
  return () => {
    begun();
    known();
  };
}

/** The answer for a denied caller. */
export function denial(denied: Denied, hadCredentials: boolean): RefusedRequest {
  const { httpStatus, code, message, retryAfterSeconds } = denied;
  const challenge = challengeOf(denied, hadCredentials);
  return refused(httpStatus, code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }, {
    ...(challenge === null ? {} : { 'www-authenticate': challenge }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
}

function tooMuch({ message, retryAfterSeconds }: Refusal): RefusedRequest {
  return refused(429, 'FORBIDDEN', message, { retryAfterSeconds }, { 'retry-after': String(retryAfterSeconds) });
}
