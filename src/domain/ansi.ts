/**
 * Turns terminal output into plain text: what the screen would show, as far as one line can tell. Words that a person
 * would read stay, even if the text was decoded wrongly before: UTF-8 that was decoded as Latin-1 is full of C1
 * controls, and its quotation marks are `\x9c` and `\x9d`.
 */

/**
 * Well-formed escape sequences of ECMA-48, of these kinds:
 * - control sequences (colours, cursor);
 * - strings up to their terminator (titles, links), where no other control character stands between. One
 *   that never ends loses its introducer only, so that it cannot hide the rest of the message;
 * - the short ones that terminals know. A letter in them is taken only where no word begins with it.
 *
 * No part can run over another introducer, which keeps this linear in the length of the text.
 */
const ESCAPE_SEQUENCE = new RegExp(
  [
    String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
    String.raw`\x1b\][^\0-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)`,
    String.raw`\x1b[PX^_][^\0-\x1f\x7f-\x9f]*\x1b\\`,
    String.raw`\x1b(?:[()*+./-][0-2ABKU]|#[3-8]|%[@G]|[6-9<=>\\|}~^_\]]|[DEHMNOPXZclmno](?![\p{L}\p{N}]))`,
  ].join('|'),
  'gu',
);

/**
 * Control sequences in their 8-bit form, with parameters. Their first character is also a quotation mark of Windows-1252 that was decoded
 * as Latin-1, before any word, or the rest of a letter of UTF-8. So they are taken only in a text that also ends a
 * colour in that form, and not behind a character of Latin-1.
 */
const EIGHT_BIT_SEQUENCE = /(?<![\x80-\xff])\x9b[0-9:;<=>?]+[@-~]/g;
const EIGHT_BIT_RESET = /(?<![\x80-\xff])\x9b0m/;

/** Control characters with no meaning in plain text: all of C0 and C1 except line feed, tab and carriage return. */
const CONTROL_CHARACTERS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

const ANY_CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

/** The text that `message` shows by default, and that filters and inferred severities use. */
export function shownText(message: string): string {
  return toValidUnicode(stripAnsi(message));
}

/** The first `length` code units of `shownText(message)`. Of a long message, it reads no more than it needs for that. */
export function shownStart(message: string, length: number): string {
  const isPlain = message.length > length && !ANY_CONTROL.test(message.slice(0, length)) && !message.includes('\r');
  return truncate(isPlain ? toValidUnicode(message.slice(0, length + 1)) : shownText(message), length);
}

/**
 * The text without escape sequences and control characters; line feeds and tabs stay. A carriage return overwrites its
 * line, as on a terminal: the last non-blank version of the line stays.
 */
export function stripAnsi(text: string): string {
  if (!ANY_CONTROL.test(text)) return text;
  const sevenBit = EIGHT_BIT_RESET.test(text) ? text.replace(EIGHT_BIT_SEQUENCE, '') : text;
  const plain = sevenBit.replace(ESCAPE_SEQUENCE, '').replace(CONTROL_CHARACTERS, '');
  return plain.includes('\r') ? plain.split('\n').map(lastWriting).join('\n') : plain;
}

function lastWriting(line: string): string {
  const writing = line.slice(line.lastIndexOf('\r', line.trimEnd().length - 1) + 1);
  const end = writing.indexOf('\r');
  return end === -1 ? writing : writing.slice(0, end);
}

/** Every string has it since ES2024. It looks at no character of a text of Latin-1. */
interface CheckedText {
  isWellFormed(): boolean;
}

function isWellFormed(text: string): boolean {
  return (text as string & CheckedText).isWellFormed();
}

const LONE_SURROGATES = /\p{Surrogate}/gu;

/** The text as valid Unicode: half of a surrogate pair becomes U+FFFD, as in UTF-8 encoders. */
export function toValidUnicode(text: string): string {
  return isWellFormed(text) ? text : text.replace(LONE_SURROGATES, '\ufffd');
}

/** The first `length` UTF-16 code units of the text, without half of a character at the end. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
