/** Text that a shell reads as one word without quotes. */
export const PLAIN_WORD = /^[\w./:@%+,=-]+$/;

/** Quotes a text as one word for a shell, if needed. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
