import { AnswerTooLarge, TributaryError } from '../../domain/errors.ts';
import { parseJson as parse } from '../../domain/json.ts';
import { bytesOf } from './collect.ts';
import type { Collected, Hold } from './collect.ts';
import { parseInPieces } from './json-pieces.ts';

const BYTE_ORDER_MARK = 0xfe_ff;

/** The source that answered, and its label in messages. */
export interface Answerer {
  readonly source: string;
  readonly label: string;
}

/** Larger bodies are parsed in pieces, so that other work runs in between. */
const LARGE_BYTES = 256 * 1024;

/** How many bytes of the start of a body are inspected to name its kind. */
const LOOKED_AT = 1_024;

/**
 * Parses a whole body as JSON: at once, or as a promise if it is large. Throws SOURCE_BAD_RESPONSE if the body is too
 * large, empty, HTML or malformed. `hold`: asks for the memory of the rows of a large body; its chunks are let go meanwhile. `onCut`: a text
 * of a very large row is cut.
 */
export function parseJson(
  collected: Collected,
  limit: number,
  answerer: Answerer,
  hold: Hold | null = null,
  onCut?: () => void,
): unknown {
  if (!collected.whole) throw new AnswerTooLarge(answerer.source, answerer.label, limit);
  if (collected.size > LARGE_BYTES) {
    const start = Buffer.from(bytesOf(collected, LOOKED_AT));
    return parseInPieces(takenFrom(collected.chunks), { hold, onCut }).catch((error: unknown) => {
      throw error instanceof SyntaxError ? malformed(answerer, start) : error;
    });
  }
  try {
    return parse(textOf(bytesOf(collected)));
  } catch {
    throw malformed(answerer, bytesOf(collected, LOOKED_AT));
  }
}

/** The chunks, which are not kept. */
function* takenFrom(chunks: Buffer[]): Generator<Buffer, void, undefined> {
  chunks.reverse();
  for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) yield chunk;
}

/** The parser's own message quotes the body, so it is not kept. */
function malformed(answerer: Answerer, start: Buffer): TributaryError {
  return badResponse(answerer, `expected JSON, got ${kindOf(textOf(start))}`);
}

/**
 * The first `limit` bytes of an error's body: the parsed JSON, or the text if it is not JSON, or undefined if it is
 * empty.
 */
export function parseErrorBody(collected: Collected, limit: number): unknown {
  const text = textOf(bytesOf(collected, limit));
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** The text without a byte order mark. Invalid UTF-8 becomes U+FFFD. */
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
