/** Colours what a JSON message is made of. Its text stays as it was written. */
import type { Piece } from './plain-text.ts';

/** A name, a text, a number or word, or what stands between them. */
const TOKEN =
  /(?<name>"(?:[^"\\]|\\.)*")(?=\s*:)|(?<text>"(?:[^"\\]|\\.)*")|(?<value>-?\d[\d.eE+-]*|true|false|null)|(?<mark>[^"\w-]+|[\s\S])/g;

const STYLES = { name: 'json-name', text: '', value: 'json-value', mark: 'json-mark' } as const;

/** Longer messages are not looked into. */
const MOST_CHARACTERS = 4_000;

/** True if the message is one JSON object or list. */
export function isJson(message: string): boolean {
  if (message.length > MOST_CHARACTERS || !/^\s*[{[]/.test(message)) return false;
  try {
    JSON.parse(message);
    return true;
  } catch {
    // It only looks like JSON.
    return false;
  }
}

export function withJson(message: string, pieces: readonly Piece[]): readonly Piece[] {
  return isJson(message) ? jsonPieces(pieces) : pieces;
}

export function jsonPieces(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece) => (piece.style === '' ? tokensOf(piece.text) : [piece]));
}

function tokensOf(text: string): readonly Piece[] {
  return [...text.matchAll(TOKEN)].map(({ 0: token, groups }) => {
    const kind = (['name', 'text', 'value'] as const).find((each) => groups?.[each] !== undefined) ?? 'mark';
    return { text: token, style: STYLES[kind] };
  });
}
