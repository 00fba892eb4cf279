import type { IncomingMessage } from 'node:http';
import { isRecord } from '../../../domain/json.ts';
import type { Parsed } from '../../client/sent-values.ts';
import { EXPLAIN_HEADER } from '../../explain/explain-operations.ts';
import { TRACE_HEADER } from '../../field-traces/inline-traces.ts';

/** The media types that an answer in one piece can have. */
export type AnswerType = 'application/json' | 'application/graphql-response+json';

/** An operation as a client sent it. */
export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

const JSON_BODY: ReadonlySet<string> = new Set(['application/json', 'application/json; charset=utf-8']);

/** Parameters with which nothing but the text of an operation is asked for. */
const PLAIN_PARAMETERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

/** Headers that ask for more than the answer. Plugins read them from a Fetch request, which only the general way makes. */
const ASK_FOR_MORE = [EXPLAIN_HEADER, TRACE_HEADER];

/** A longer body takes the general way: each piece of work is shorter there (test/server/bounds/bounds.test.ts). */
const MOST_BODY_BYTES = 64 * 1024;

/** The longest `Accept` header whose type is kept, and the most of them. */
const LONGEST_ACCEPT = 200;
const MOST_ACCEPTS = 100;

/** Types by `Accept` header: clients of one kind all send the same. */
const types = new Map<string, AnswerType | null>();

/**
 * The media type of the answer to an ordinary request: a short JSON body of known length, posted to the path alone. Null: any other request,
 * which takes the general way.
 */
export function ordinaryType(request: IncomingMessage): AnswerType | null {
  const { method, url, headers } = request;
  if (method !== 'POST' || url !== '/graphql' || !JSON_BODY.has(headers['content-type'] ?? '')) return null;
  const length = headers['content-length'];
  if (length === undefined || Number(length) > MOST_BODY_BYTES) return null;
  if (ASK_FOR_MORE.some((name) => headers[name] !== undefined)) return null;
  // A framework has read the body.
  if ('body' in request || request.readableDidRead) return null;
  return typeOf(headers.accept);
}

function typeOf(accept = '*/*'): AnswerType | null {
  const known = types.get(accept);
  if (known !== undefined) return known;
  const type = firstAccepted(accept);
  if (accept.length <= LONGEST_ACCEPT && types.size < MOST_ACCEPTS) types.set(accept, type);
  return type;
}

/** The first accepted type, as yoga ignores weights except zero. Null: none, or one with parameters that only yoga reads. */
function firstAccepted(accept: string): AnswerType | null {
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const isWeighed = parameters.every((parameter) => /^q=(?:1(?:\.0*)?|0\.\d*[1-9]\d*)$/.test(parameter));
    if (!isWeighed) return null;
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'application/json';
    if (type === 'application/graphql-response+json') return type;
  }
  return null;
}

/** The operation in a body. Null: the body is not JSON, holds several operations, or anything else that is not plain. */
export function askedIn(parsed: Parsed): Asked | null {
  const sent = valueOf(parsed);
  if (!isRecord(sent) || !Object.keys(sent).every((name) => PLAIN_PARAMETERS.has(name))) return null;
  const { query, variables = null, operationName = null, extensions = null } = sent;
  if (typeof query !== 'string' || query === '') return null;
  if (variables !== null && !isRecord(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  // An extension may name the operation.
  if (extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  return { query, variables, operationName };
}

function valueOf(parsed: Parsed): unknown {
  try {
    return parsed();
  } catch {
    // The general way reports the error.
    return null;
  }
}
