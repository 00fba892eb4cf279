/** Turns a message into pieces of text with a style: nothing of it is ever markup or acts on the page. */

export interface Piece {
  readonly text: string;
  /** Names of CSS classes. */
  readonly style: string;
}

const SEQUENCE =
  /\u001b(?:\[([0-9;:]*)([@-~])|\[[^@-~]*[@-~]?|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~]?)/g;

/** Characters that hide, or turn text around: shown by their code in place of being obeyed. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

interface Style {
  readonly colour: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

const PLAIN: Style = { colour: null, bold: false, dim: false, italic: false, underline: false };

/** The pieces of a message: colours of terminals become styles, other sequences go, hidden characters are shown. */
export function piecesOf(message: string): readonly Piece[] {
  const text = overwritten(message);
  const pieces: Piece[] = [];
  let style = PLAIN;
  let from = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    add(pieces, text.slice(from, match.index), style);
    if (match[2] === 'm') style = restyled(style, match[1] ?? '');
    from = match.index + match[0].length;
  }
  add(pieces, text.slice(from), style);
  return pieces;
}

/** What a terminal would show of lines that are written over with carriage returns: the last writing. */
function overwritten(message: string): string {
  if (!message.includes('\r')) return message;
  return message
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''))
    .map((line) => line.slice(line.lastIndexOf('\r') + 1))
    .join('\n');
}

function add(pieces: Piece[], text: string, style: Style): void {
  if (text === '') return;
  const classes = classesOf(style);
  let from = 0;
  for (const { 0: hidden, index } of text.matchAll(HIDDEN)) {
    if (index > from) pieces.push({ text: text.slice(from, index), style: classes });
    pieces.push({ text: nameOf(hidden), style: 'hidden-character' });
    from = index + hidden.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), style: classes });
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function classesOf({ colour, bold, dim, italic, underline }: Style): string {
  return [
    colour === null ? '' : `ansi-${colour}`,
    bold ? 'ansi-bold' : '',
    dim ? 'ansi-dim' : '',
    italic ? 'ansi-italic' : '',
    underline ? 'ansi-underline' : '',
  ]
    .filter((name) => name !== '')
    .join(' ');
}

/** Backgrounds and finer colours are left out: the page's own palette stays readable in light and dark. */
function restyled(style: Style, codes: string): Style {
  const numbers = codes.split(/[;:]/).map(Number);
  let result = style;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) result = PLAIN;
    else if (code === 1) result = { ...result, bold: true };
    else if (code === 2) result = { ...result, dim: true };
    else if (code === 3) result = { ...result, italic: true };
    else if (code === 4) result = { ...result, underline: true };
    else if (code === 22) result = { ...result, bold: false, dim: false };
    else if (code === 23) result = { ...result, italic: false };
    else if (code === 24) result = { ...result, underline: false };
    else if (code >= 30 && code <= 37) result = { ...result, colour: code - 30 };
    else if (code === 39) result = { ...result, colour: null };
    else if (code >= 90 && code <= 97) result = { ...result, colour: code - 90 };
    else if (code === 38 || code === 48) {
      const isIndexed = numbers[index + 1] === 5;
      const colour = numbers[index + 2] ?? 0;
      if (code === 38) result = { ...result, colour: isIndexed && colour < 16 ? colour % 8 : null };
      index += isIndexed ? 2 : 4;
    }
  }
  return result;
}

/** The text of a message without sequences, as it is shown. */
export function shownText(message: string): string {
  return piecesOf(message)
    .map(({ text }) => text)
    .join('');
}
