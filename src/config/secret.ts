import { z } from 'zod';

/** The text without trailing line breaks, like a shell's `$(cat file)`. */
export function withoutLineBreaks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

/**
 * A text that is never shown. Trailing line breaks are removed: files often end in one, and it is never part of a
 * secret.
 */
export function secret(what: string): z.ZodString {
  return z.string().overwrite(withoutLineBreaks).min(1).describe(what);
}

/** A secret that is sent unchanged in a header. */
export function headerSecret(what: string): z.ZodString {
  return z
    .string()
    .overwrite((text) => text.trim())
    .min(1, { abort: true })
    .regex(/^[\x20-\x7e]+$/, { error: 'contains a character that a header cannot hold, such as a line break' })
    .describe(what);
}
