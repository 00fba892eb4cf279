import { AnswerTooLarge, TributaryError } from '../../domain/errors.ts';
import { parseJson as parse } from '../../domain/json.ts';
import type { Collected } from './collect.ts';

const BYTE_ORDER_MARK = 0xfe_ff;

/** Who answered, for messages and details. */
export interface Answerer {
  readonly source: string;
  readonly label: string;
}

/** The JSON of a body that had to be whole. SOURCE_BAD_RESPONSE when it is too large, empty, HTML or malformed. */
export function parseJson(collected: Collected, limit: number, answerer: Answerer): unknown {
  if (!collected.whole) throw new AnswerTooLarge(answerer.source, answerer.label, limit);
  const text = textOf(collected.bytes);
  try {
    return parse(text);
  } catch {
    // The parser's own message quotes the body, so it is not kept.
    throw badResponse(answerer, `expected JSON, got ${kindOf(text)}`);
  }
}

/** An error's body for connectors: JSON where it is some, else its text, else (nothing came) undefined. */
export function parseErrorBody({ bytes }: Collected): unknown {
  const text = textOf(bytes);
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** Text without its byte order mark; what is no UTF-8 becomes U+FFFD. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function kindOf(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'an empty body';
  if (start.startsWith('<')) return 'HTML or XML';
  return start.startsWith('{') || start.startsWith('[') ? 'malformed JSON' : 'other text';
}

function badResponse({ source, label }: Answerer, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${label}: ${what}`, { source });
}
