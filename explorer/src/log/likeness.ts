/** What a message shares with others like it. */
import { piecesOf } from './plain-text.ts';

/** Numbers and ids differ from line to line. */
const DIFFERS = /[\n\t]|[0-9a-f]*\d[0-9a-f]*/i;
/** Fewer characters stand in lines of any kind. */
const LEAST = 3;

/** The longest text of a message that is most likely the same in others of its kind. */
export function likenessOf(message: string): string {
  const texts = piecesOf(message)
    .filter(({ style }) => style !== 'hidden-character')
    .map(({ text }) => text);
  const shared = longest(texts.flatMap((text) => text.split(DIFFERS)));
  return shared.length >= LEAST ? shared : longest(texts.flatMap((text) => text.split('\n')));
}

function longest(texts: readonly string[]): string {
  return texts.map((text) => text.trim()).reduce((best, text) => (text.length > best.length ? text : best), '');
}

/** The text that the user has selected in the lines, when it is of one row; else null. */
export function selectedText(): string | null {
  const selection = getSelection();
  const text = selection?.toString().trim() ?? '';
  const within = selection?.anchorNode?.parentElement?.closest('.line-text, .whole-message, .context-text') ?? null;
  return text === '' || text.includes('\n') || within === null ? null : text;
}
