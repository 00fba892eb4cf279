import type { ZodType } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import { collect } from '../body/collect.ts';
import { decode } from '../body/decode.ts';
import { parseJson } from '../body/parse.ts';
import { answerFailure } from '../policy/answer-failure.ts';
import { AttemptFailure } from '../policy/attempt-failure.ts';
import type { Clock } from '../policy/clock.ts';
import { Cancellation } from '../request/abort.ts';
import { exchange } from '../request/exchange.ts';
import type { Exchange, Wire, WireRequest } from '../request/exchange.ts';
import type { Token } from './token-cache.ts';

const LARGEST_ANSWER_BYTES = 1024 * 1024;
/** Used when the endpoint does not state the token's lifetime. */
const ASSUMED_LIFE_SECONDS = 300;

/** How one kind of authorisation asks for a token. */
export interface TokenExchange {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Decodes the token, and its lifetime in seconds. */
  readonly decoder: ZodType<{ readonly token: string; readonly life?: string | number | null | undefined }>;
  /** Stands before the token in the header. */
  readonly scheme: string;
}

/** Requests a token. A refusal (400, 401, 403) becomes SOURCE_UNAUTHENTICATED: the configured credentials are wrong. */
export async function requestToken(
  wire: Wire,
  tokenUrl: string,
  { headers, body, decoder, scheme }: TokenExchange,
  clock: Pick<Clock, 'now'>,
): Promise<Token> {
  const { pathname, search } = new URL(tokenUrl);
  const request: WireRequest = { method: 'POST', path: pathname + search, headers, body };
  const { token, life } = await observed(wire, request, decoder, clock);
  return { authorization: scheme + headerText(token, wire), lifeSeconds: lifeSeconds(life) };
}

async function observed<T>(
  wire: Wire,
  request: WireRequest,
  decoder: ZodType<T>,
  clock: Pick<Clock, 'now'>,
): Promise<T> {
  const begun = performance.now();
  let status: number | null = null;
  const tell = (error: unknown): void => wire.onTokenRequest?.(status, performance.now() - begun, error);
  try {
    // All waiting callers share the token, so no single caller may cancel the request.
    const answer = await exchange(wire, request, new Cancellation());
    ({ status } = answer);
    const token = await readWhole(wire, answer, decoder, clock);
    tell(null);
    return token;
  } catch (error) {
    tell(error);
    throw error;
  }
}

async function readWhole<T>(wire: Wire, answer: Exchange, decoder: ZodType<T>, clock: Pick<Clock, 'now'>): Promise<T> {
  try {
    return await readToken(wire, answer, decoder, clock);
  } finally {
    answer.deadline.end();
    answer.body.destroy();
  }
}

async function readToken<T>(wire: Wire, answer: Exchange, decoder: ZodType<T>, clock: Pick<Clock, 'now'>): Promise<T> {
  if (answer.status < 200 || answer.status >= 300) throw refusal(wire, answer, clock);
  const collected = await collect(answer.body, LARGEST_ANSWER_BYTES).catch((error: unknown) => {
    throw answer.explain(error);
  });
  return decode(await parseJson(collected, LARGEST_ANSWER_BYTES, wire), decoder, wire);
}

function refusal(wire: Wire, { status, headers }: Exchange, clock: Pick<Clock, 'now'>): AttemptFailure {
  const { error, advice } = answerFailure(wire.source, { status, headers, body: undefined }, clock.now(), undefined);
  const refused = status === 400 || status === 401 || status === 403;
  // A missing token endpoint (404) must not look like a missing job.
  const code = refused ? 'SOURCE_UNAUTHENTICATED' : status === 404 ? 'SOURCE_BAD_RESPONSE' : error.code;
  const what = refused ? `refused the credentials (${status})` : `answered ${status}`;
  const { source, retryAfterSeconds } = error;
  return new AttemptFailure(
    new TributaryError(code, `${wire.label}: ${what}`, { source, status, retryAfterSeconds }),
    advice,
    false,
  );
}

/** Returns the token if it is valid in a header. Throws SOURCE_BAD_RESPONSE otherwise. */
function headerText(token: string, { source, label }: Wire): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token)) return token;
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${label}: the token cannot be sent in a header`, { source });
}

/** A token's lifetime in seconds, from a number or text. */
function lifeSeconds(value: string | number | null | undefined): number {
  const seconds = value === null || value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : ASSUMED_LIFE_SECONDS;
}
