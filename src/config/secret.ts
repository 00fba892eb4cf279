import { z } from 'zod';

/** The text without the line breaks that it ends in, as a shell's `$(cat file)`. */
export function withoutLineBreaks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

/** Text that is never shown. Files that hold a secret often end in a line break, which no secret can mean. */
export function secret(what: string): z.ZodString {
  return z.string().overwrite(withoutLineBreaks).min(1).describe(what);
}

/** A secret that is sent as it is in a header. */
export function headerSecret(what: string): z.ZodString {
  return z
    .string()
    .overwrite((text) => text.trim())
    .min(1, { abort: true })
    .regex(/^[\x20-\x7e]+$/, { error: 'holds a character that cannot stand in a header, such as a line break' })
    .describe(what);
}
