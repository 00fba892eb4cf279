/** What a shell reads as one plain word. */
export const PLAIN_WORD = /^[\w./:@%+,=-]+$/;

/** A text as a word for a shell. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
