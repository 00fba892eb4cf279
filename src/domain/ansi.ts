/**
 * Terminal output as text: what a person would be left with on the screen, as far as one line can say.
 */

/**
 * Escape sequences of ECMA-48, in their 7-bit (ESC and a letter) and 8-bit (C1) forms:
 * control sequences (colours, cursor), strings up to their terminator (titles, links), and the short ones.
 * A string that never ends loses its introducer only, so that it cannot hide the rest of the message. No
 * part can run over another introducer, which keeps this linear in the length of the text.
 */
const ESCAPE_SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g;

/** Control characters with no meaning in plain text: all of C0 and C1 but line feed, tab and carriage return. */
const CONTROL_CHARACTERS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

const ANY_CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * The text without escape sequences and control characters; line feeds and tabs stay. A carriage return
 * means what it means on a terminal: of a line that was written over, the last writing is left.
 */
export function stripAnsi(text: string): string {
  if (!ANY_CONTROL.test(text)) return text;
  const plain = text.replace(ESCAPE_SEQUENCE, '').replace(CONTROL_CHARACTERS, '');
  return plain.includes('\r') ? plain.split('\n').map(lastWriting).join('\n') : plain;
}

function lastWriting(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

/** The text as valid Unicode: half of a surrogate pair becomes U+FFFD, as UTF-8 encoders write it. */
export function toValidUnicode(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\ufffd') : text;
}

/** At most `length` UTF-16 code units of the text, never half of a character. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
