import { AnswerTooLarge, TributaryError } from '../../domain/errors.ts';
import { parseJson as parse } from '../../domain/json.ts';
import { bytesOf } from './collect.ts';
import type { Collected } from './collect.ts';
import { parseInPieces } from './json-pieces.ts';

const BYTE_ORDER_MARK = 0xfe_ff;

/** Who answered, for messages and details. */
export interface Answerer {
  readonly source: string;
  readonly label: string;
}

/** A larger body is parsed in pieces, between which other work has its turn. */
const LARGE_BYTES = 1024 * 1024;

/** What a body looks like can be seen at its start. */
const LOOKED_AT = 1_024;

/** The JSON of a body that had to be whole. SOURCE_BAD_RESPONSE when it is too large, empty, HTML or malformed. */
export async function parseJson(collected: Collected, limit: number, answerer: Answerer): Promise<unknown> {
  if (!collected.whole) throw new AnswerTooLarge(answerer.source, answerer.label, limit);
  try {
    return collected.size > LARGE_BYTES ? await parseInPieces(collected.chunks) : parse(textOf(bytesOf(collected)));
  } catch {
    // The parser's own message quotes the body, so it is not kept.
    throw badResponse(answerer, `expected JSON, got ${kindOf(textOf(bytesOf(collected, LOOKED_AT)))}`);
  }
}

/** An error's body, at most `limit` bytes of it: JSON where it is some, else its text, else (nothing came) undefined. */
export function parseErrorBody(collected: Collected, limit: number): unknown {
  const text = textOf(bytesOf(collected, limit));
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
