import { shownText } from './ansi.ts';
import { writeJson } from './json.ts';

/**
 * Text from vendors and clients for a terminal. It must not move the cursor, change earlier output, reverse the
 * direction of writing, or imitate an output row.
 */

/** Marks that change the direction of writing: they can make one text look like another. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text that `message` shows by default, in its own direction of writing. */
export function plainText(text: string): string {
  return shownText(text).replaceAll(DIRECTION, '');
}

/**
 * The same of a name or a key. A carriage return in it is a line break like others: in a message it overwrites the line, and could
 * hide the source before a key.
 */
export function plainName(text: string): string {
  return plainText(text.replaceAll(/\r\n?/g, '\n'));
}

const LINE_BREAK = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

/** Lines after the first are indented, so that none looks like an output row. */
const INDENT = '\n    ';

/**
 * A message that may have several lines. The only control characters in it are those that `paint` puts around its
 * parts.
 */
export function terminalText(text: string, paint: (plain: string) => string = (unpainted) => unpainted): string {
  return paint(plainText(text)).split(LINE_BREAK).join(INDENT);
}

/** The same on one line, for table cells and names within a message. */
export function terminalCell(text: string): string {
  return plainName(text).split(LINE_BREAK).join(' ').replaceAll('\t', ' ');
}

/** Our own text of several lines, with each line made safe. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalCell).join('\n');
}

/**
 * JSON on one line, without characters that control a terminal, are invisible, or end a line for some reader. Parsing
 * it gives the same value, with U+FFFD for half of a surrogate pair.
 */
export function terminalJson(value: unknown, indent?: number): string {
  return writeJson(value, indent).replaceAll(ESCAPED_IN_JSON, escapeCharacter);
}

/** JSON itself escapes C0. */
const ESCAPED_IN_JSON = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
