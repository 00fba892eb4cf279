import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { writeJson } from '../../domain/json.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Welcome } from './own-origin.ts';
import type { Access } from '../access/access.ts';
import { challengeOf, Denied } from '../access/denied.ts';
import type { Judge } from '../access/judge.ts';
import type { Callers, Refusal } from './callers.ts';
import { mayBeForged } from './forgery.ts';

interface GateOptions {
  readonly callers: Callers;
  /** Pages that may make browsers send requests; null: all of them. */
  readonly welcome: Welcome | null;
}

/** The answer to a request that is not looked at, as the graph answers. */
export interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FORGED =
  'A page of another site may have sent this. Send Content-Type: application/json, or the header X-Requested-With.';

/**
 * Decides by its headers and by who sent it whether a request to the graph is looked at, whatever brought it. Returns what ends it
 * in the count of its caller, or the answer of one that is not looked at.
 */
export function createGate({ callers, welcome }: GateOptions) {
  return function admit(headers: IncomingHttpHeaders, caller: string | null): (() => void) | Refused {
    if (welcome !== null && mayBeForged({ headers }, welcome)) return refused(403, 'FORBIDDEN', FORGED);
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
): Refused {
  const body = writeJson({ errors: [{ message, extensions: { code, ...extensions } }] });
  return { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body };
}

/** Answers. A body that is still to come is not waited for. */
export function refuse(response: ServerResponse, { status, headers, body }: Refused): void {
  response.writeHead(status, { ...headers }).end(body);
}

/** A request whose caller is known: what it may see, and what ends it in the count of its caller. */
export interface Identified {
  readonly access: Access;
  readonly end: () => void;
}

/** Finds out who sent a request that was admitted. Who is known by name is counted by it, too, wherever it comes from. */
export function createIdentification({ callers, judge }: { readonly callers: Callers; readonly judge: Judge }) {
  return async function identify(authorization: string | null): Promise<Identified | Refused> {
    let access: Access;
    try {
      access = await judge(authorization);
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      return denial(error, authorization !== null);
    }
    const begun = beginOf(access, callers);
    return typeof begun === 'function' ? { access, end: begun } : tooMuch(begun);
  };
}

/** Counts an operation of a caller that is known by name. */
function beginOf({ caller }: Access, callers: Callers): (() => void) | Refusal {
  return caller === null ? () => undefined : callers.begin(`caller ${caller}`);
}

/** Counts an operation for the address that it came from, and for a caller that is known by name. */
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

/** The answer to who does not get in. */
export function denial(denied: Denied, hadCredentials: boolean): Refused {
  const { httpStatus, code, message, retryAfterSeconds } = denied;
  const challenge = challengeOf(denied, hadCredentials);
  return refused(httpStatus, code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }, {
    ...(challenge === null ? {} : { 'www-authenticate': challenge }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
}

function tooMuch({ message, retryAfterSeconds }: Refusal): Refused {
  return refused(429, 'FORBIDDEN', message, { retryAfterSeconds }, { 'retry-after': String(retryAfterSeconds) });
}
