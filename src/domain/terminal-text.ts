import { shownText } from './ansi.ts';
import { writeJson } from './json.ts';

/**
 * Text from vendors and clients on a terminal. It must not move the cursor, change what stands there, turn the
 * direction of writing, or look like a row of its own.
 */

/** Marks that turn the direction of writing: with them one text can look like another. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const LINE_BREAK = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

/** Lines behind the first one are indented, so that none looks like a row. */
const INDENT = '\n    ';

/** A message that may have several lines, without anything that a terminal obeys but what `paint` puts around its parts. */
export function terminalText(text: string, paint: (plain: string) => string = (unpainted) => unpainted): string {
  return paint(plain(text)).split(LINE_BREAK).join(INDENT);
}

/** The same on one line, for cells of tables and names within a message. */
export function terminalCell(text: string): string {
  return plain(text).split(LINE_BREAK).join(' ').replaceAll('\t', ' ');
}

/** What a program says on several lines of its own, each of them made safe. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalCell).join('\n');
}

/**
 * JSON on one line in which no character acts on a terminal, hides, or ends a line for some reader. It reads back as the same
 * value, with U+FFFD for half of a surrogate pair.
 */
export function terminalJson(value: unknown, indent?: number): string {
  return writeJson(value, indent).replaceAll(ESCAPED_IN_JSON, escapeCharacter);
}

/** C0 is escaped by JSON itself. */
const ESCAPED_IN_JSON = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function plain(text: string): string {
  return shownText(text).replaceAll(DIRECTION, '');
}
