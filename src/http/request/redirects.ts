import { TributaryError } from '../../domain/errors.ts';
import { collect } from '../body/collect.ts';
import { AttemptFailure } from '../policy/attempt-failure.ts';
import type { Cancellation } from './abort.ts';
import { exchange } from './exchange.ts';
import type { Exchange, Wire, WireRequest } from './exchange.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The body of a redirect is read up to this size, so that its connection can be used again. */
const LARGEST_BODY_BYTES = 64 * 1024;

/** The only headers that go to another host. Any other may hold a key of the source. */
const PASSED_HEADERS = ['accept', 'accept-encoding', 'user-agent'] as const;

/** A connection to the host of a redirect. */
export interface OtherHost {
  readonly wire: Wire;
  /** Closes the connection. */
  readonly release: () => void;
}

/**
 * Follows the redirect of a request that may be redirected (`HttpRequest.redirectsTo`), once: to an allowed host, without the credentials
 * and the other headers of the request. Returns any other answer as it is. What fails at the other host does not count against the
 * source. The other request has a deadline of its own.
 */
export async function followRedirect(
  answer: Exchange,
  request: WireRequest,
  { wire, otherHost }: { readonly wire: Wire; readonly otherHost: (origin: string) => OtherHost },
  cancellation: Cancellation,
): Promise<Exchange> {
  const { redirectsTo: hosts } = request;
  if (hosts === undefined || request.method !== 'GET' || !REDIRECTS.has(answer.status)) return answer;
  // The target is known without the body, so it does not matter if that breaks.
  await collect(answer.body, LARGEST_BODY_BYTES).catch(() => null);
  answer.deadline.end();
  if (cancellation.aborted) throw cancellation.reason;
  const target = targetOf(answer, `${wire.origin}${request.path}`);
  if (target === null || !isAllowed(target, hosts, wire)) {
    const message = `${wire.label}: the source answered ${answer.status}, a redirect to a place that is not allowed for it`;
    throw new AttemptFailure(
      new TributaryError('SOURCE_BAD_RESPONSE', message, { source: wire.source }),
      'never',
      false,
    );
  }
  const { wire: other, release } = otherHost(target.origin);
  try {
    return await ask(other, target, request, cancellation, release);
  } catch (error) {
    release();
    throw blameless(error);
  }
}

async function ask(
  wire: Wire,
  { pathname, search }: URL,
  { headers: given }: WireRequest,
  cancellation: Cancellation,
  release: () => void,
): Promise<Exchange> {
  const headers: Record<string, string> = {};
  for (const name of PASSED_HEADERS) if (given[name] !== undefined) headers[name] = given[name];
  const answer = await exchange(wire, { method: 'GET', path: pathname + search, headers, body: null }, cancellation);
  const { status, deadline } = answer;
  if (status < 200 || status >= 300 || status === 206) {
    deadline.end();
    answer.body.destroy();
    // Its link may have expired: the source gives another one.
    const error = new TributaryError('SOURCE_UNAVAILABLE', `${wire.label} answered ${status}`, { source: wire.source });
    throw new AttemptFailure(error, 'once', false);
  }
  return {
    ...answer,
    explain: (error) => blameless(answer.explain(error)),
    deadline: {
      ...deadline,
      end() {
        deadline.end();
        release();
      },
    },
  };
}

function targetOf({ headers }: Exchange, from: string): URL | null {
  const { location } = headers;
  return typeof location === 'string' && URL.canParse(location, from) ? new URL(location, from) : null;
}

/** A redirect never leads from https to http, and never names a user. */
function isAllowed(
  { protocol, hostname, username, password }: URL,
  hosts: readonly string[],
  { origin }: Wire,
): boolean {
  const isSafe = protocol === 'https:' || (protocol === 'http:' && origin.startsWith('http:'));
  if (!isSafe || username !== '' || password !== '') return false;
  return hosts.some(
    (host) =>
      host === '*' ||
      (host.startsWith('*.') ? hostname.endsWith(host.slice(1).toLowerCase()) : hostname === host.toLowerCase()),
  );
}

function blameless<E>(error: E): E | AttemptFailure {
  return error instanceof AttemptFailure ? new AttemptFailure(error.error, error.advice, false) : error;
}
