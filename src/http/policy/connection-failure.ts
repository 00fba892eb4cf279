import { errors } from 'undici';
import { TributaryError } from '../../domain/errors.ts';
import { DecompressionFailure, isAboutContent } from '../body/decompression.ts';
import type { Cancellation } from '../request/abort.ts';
import type { Deadline } from '../request/deadline.ts';
import { LARGEST_HEADERS_BYTES } from '../request/pools.ts';
import { ProxyFailure } from '../request/proxy.ts';
import type { LimitSettings } from '../settings.ts';
import { AttemptFailure } from './attempt-failure.ts';

/** Network failures that may pass within moments. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
]);

export interface ConnectionContext {
  readonly source: string;
  /** The endpoint's name in messages: the source, or its token endpoint. */
  readonly label: string;
  readonly limits: LimitSettings;
  /** True if a proxy may be the cause. */
  readonly hasProxy: boolean;
  readonly deadline: Deadline;
  /** The cancellation of the caller. */
  readonly cancellation: Cancellation;
  /** True if the answer's headers had arrived. A connection that breaks afterwards cuts the body off. */
  readonly answered: boolean;
}

/**
 * Classifies a failure of the connection. Returns the reason of the cancellation if the caller left. The original error
 * is not kept as the cause, because it contains addresses.
 */
export function connectionFailure(error: unknown, context: ConnectionContext): Error {
  const { limits, deadline, cancellation } = context;
  if (cancellation.aborted) return cancellation.reason;
  const code = codeOf(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return timeout(context, `no connection within ${duration(limits.connectTimeoutMilliseconds)}`);
  }
  if (deadline.expired() || code === 'UND_ERR_HEADERS_TIMEOUT') {
    return timeout(context, `no whole answer within ${duration(deadline.milliseconds())}`);
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return timeout(context, `the answer stopped for ${duration(limits.timeoutMilliseconds)}`);
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return failure('SOURCE_UNAVAILABLE', context, 'the connection was closed on our side', 'never', false);
  }
  if (error instanceof ProxyFailure) return proxyFailure(error, context);
  if (error instanceof errors.InvalidArgumentError && error.message.startsWith('Proxy Authentication Required')) {
    return proxyFailure(new ProxyFailure(407), context);
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return failure('INTERNAL_SERVER_ERROR', context, 'the request could not be written as HTTP', 'never', false);
  }
  if (error instanceof DecompressionFailure || isAboutContent(code)) {
    const what = error instanceof DecompressionFailure ? error.message : 'the answer could not be decompressed';
    return failure('SOURCE_BAD_RESPONSE', context, what, 'never', false);
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    const what = `the headers of the answer are larger than ${LARGEST_HEADERS_BYTES / 1024} KiB`;
    return failure('SOURCE_BAD_RESPONSE', context, what, 'never', false);
  }
  if (error instanceof errors.HTTPParserError && !error.message.includes('EOF')) {
    return failure('SOURCE_BAD_RESPONSE', context, malformed(error, context.answered), 'never', false);
  }
  if (context.answered) {
    return failure('SOURCE_UNAVAILABLE', context, 'the answer was cut off', 'repeatedly', true);
  }
  const unusable = unusableStart(error, code);
  if (unusable !== null) return failure('SOURCE_BAD_RESPONSE', context, unusable, 'never', false);
  const advice = PASSING.has(code) ? 'repeatedly' : 'never';
  const words =
    tlsWords(error, code) ?? closedWords(error, code) ?? `the connection failed${code === '' ? '' : ` (${code})`}`;
  const hint = context.hasProxy && PASSING.has(code) ? '; a proxy is configured' : '';
  return failure('SOURCE_UNAVAILABLE', context, words + hint, advice, true);
}

/** The parser's reasons, such as `Invalid header token`, never quote the answer. */
function malformed({ message }: Error, answered: boolean): string {
  const reason = /\(([A-Z][A-Za-z /,-]{2,80})\)$/.exec(message)?.[1] ?? '';
  if (reason.startsWith('Expected HTTP/')) return 'the answer is not HTTP';
  const where = answered ? 'the body of the answer is' : 'the headers of the answer are';
  return `${where} malformed${reason === '' ? '' : ` (${reason})`}`;
}

/** What is wrong with an answer that undici gives up before its headers are whole; null: something else failed. */
function unusableStart(error: unknown, code: string): string | null {
  const message = error instanceof Error ? error.message : '';
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return 'the headers of the answer do not say the length of its body clearly: Content-Length is there twice, is too large, or stands beside Transfer-Encoding';
  }
  if (code === 'ERR_ASSERTION' && message.includes('statusCode')) return 'the status of the answer is below 100';
  if (code !== 'UND_ERR_SOCKET') return null;
  if (message === 'bad response') return 'the source answered 100 Continue, though it was not asked for that';
  if (message === 'bad upgrade') return 'the source answered 101: it wants to go on in another protocol';
  return null;
}

/** A connection that the other side closed without an answer, in words. */
function closedWords(error: unknown, code: string): string | null {
  const isClosed = code === 'UND_ERR_SOCKET' && error instanceof Error && error.message === 'other side closed';
  return isClosed ? 'the connection was closed without an answer' : null;
}

function proxyFailure({ status }: ProxyFailure, context: ConnectionContext): AttemptFailure {
  if (status === null) {
    return failure('SOURCE_UNAVAILABLE', context, 'the proxy did not open a connection', 'repeatedly', true);
  }
  const what = `the proxy answered ${status}${status === 407 ? ': it does not accept our user and password' : ''}`;
  return failure('SOURCE_UNAVAILABLE', context, what, status >= 502 && status <= 504 ? 'repeatedly' : 'never', true);
}

/** Timeouts are not repeated: the caller has already waited for the longest time that an attempt may take. */
function timeout(context: ConnectionContext, what: string): AttemptFailure {
  return failure('SOURCE_TIMEOUT', context, what, 'never', true);
}

function failure(
  code: 'SOURCE_UNAVAILABLE' | 'SOURCE_TIMEOUT' | 'SOURCE_BAD_RESPONSE' | 'INTERNAL_SERVER_ERROR',
  { source, label }: ConnectionContext,
  what: string,
  advice: AttemptFailure['advice'],
  blamesSource: boolean,
): AttemptFailure {
  return new AttemptFailure(new TributaryError(code, `${label}: ${what}`, { source }), advice, blamesSource);
}

/** Only codes in the form of Node and undici are shown to clients. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(error.code) ? error.code : '';
}

function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${milliseconds / 1_000} s`;
}

/** Readable reasons for OpenSSL's and Node's codes of certificates that cannot be trusted. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself; name it in `tls.ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted; name it in `tls.ca`',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not known; name it in `tls.ca`',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not known; name it in `tls.ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not known; name it in `tls.ca`',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host',
  CERT_UNTRUSTED: 'is not trusted',
  CERT_REJECTED: 'is not trusted',
  CERT_REVOKED: 'was revoked',
};

/** Why a TLS connection failed, or null if the failure has another cause. Never quotes what the server sent. */
export function tlsWords(error: unknown, code: string): string | null {
  const problem = Object.hasOwn(CERTIFICATE_PROBLEMS, code) ? CERTIFICATE_PROBLEMS[code] : undefined;
  if (problem !== undefined) return `the certificate of the server ${problem} (${code})`;
  const message = error instanceof Error ? error.message : '';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /:wrong version number:/i.test(message)) {
    return 'the server does not speak TLS on this port; is it http?';
  }
  if (
    /alert (?:certificate required|bad certificate|unknown ca|certificate unknown|handshake failure)/i.test(message)
  ) {
    return 'the server does not accept our certificate, or wants one; see `tls.certificate`';
  }
  return null;
}
