import { parseInstant } from '../../domain/time.ts';
import type { SandboxReply } from '../types.ts';
import type { DeepsetDialect } from './dialect.ts';

/** Default number of rows per page. */
const DEFAULT_LIMIT = 10;

const REASON: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The answer of the proxy in front of the API, for any request. */
export function htmlPage(status: number): SandboxReply {
  const title = `${status} ${REASON[status] ?? 'Error'}`;
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

/** An error of the API itself, or of the proxy if the dialect is set to that. */
export function failure(status: number, detail: string, dialect: DeepsetDialect): SandboxReply {
  if (dialect.errorPages === 'html' && (status === 401 || status === 403)) return htmlPage(status);
  return { status, body: { detail } };
}

/** An invalid parameter: the framework's 422. */
export class InvalidParameter extends Error {
  readonly reply: SandboxReply;

  constructor(name: string, type: string, message: string, input: string) {
    super(message);
    this.reply = { status: 422, body: { detail: [{ loc: ['query', name], msg: message, type, input }] } };
  }
}

/** `limit` of a list: the most rows to return. Throws `InvalidParameter`. */
export function limitParameter(query: URLSearchParams, { smallLimit }: Pick<DeepsetDialect, 'smallLimit'>): number {
  const minimum = smallLimit === 'refused' ? 1 : -Infinity;
  const limit = integerParameter(query, 'limit', { fallback: DEFAULT_LIMIT, minimum, maximum: 100 });
  return limit < 1 ? DEFAULT_LIMIT : limit;
}

/** An integer parameter within its bounds. Throws `InvalidParameter`. */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  bounds: { readonly fallback: number; readonly minimum: number; readonly maximum?: number },
): number {
  const text = query.get(name);
  if (text === null) return bounds.fallback;
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new InvalidParameter(name, 'int_parsing', 'Input should be a valid integer', text);
  }
  const value = Number(text);
  if (value < bounds.minimum) {
    throw new InvalidParameter(name, 'greater_than_equal', `Input should be at least ${bounds.minimum}`, text);
  }
  if (bounds.maximum !== undefined && value > bounds.maximum) {
    throw new InvalidParameter(name, 'less_than_equal', `Input should be at most ${bounds.maximum}`, text);
  }
  return value;
}

const STEP: Readonly<Record<DeepsetDialect['afterStep'], bigint>> = {
  microsecond: 1_000n,
  millisecond: 1_000_000n,
  second: 1_000_000_000n,
};

/** A date-time parameter in nanoseconds, brought to the precision of the vendor's clock. */
export function timeParameter(
  query: URLSearchParams,
  name: string,
  { afterDigits, afterStep, afterRounding }: Pick<DeepsetDialect, 'afterDigits' | 'afterStep' | 'afterRounding'>,
): bigint | null {
  const text = query.get(name);
  if (text === null) return null;
  const instant = parseInstant(text);
  const tooFine = afterDigits === 'refused' && /[.,]\d{7,}/.test(text);
  if (instant === null || tooFine) {
    throw new InvalidParameter(name, 'datetime_from_date_parsing', 'Input should be a valid datetime', text);
  }
  const step = STEP[afterStep];
  const raised = instant.nanoseconds + { down: 0n, nearest: step / 2n, up: step - 1n }[afterRounding];
  return raised - (((raised % step) + step) % step);
}
