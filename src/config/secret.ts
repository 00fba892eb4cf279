import { z } from 'zod';

/** Most secrets that are remembered, the newest of all configurations that this process has read. */
const MOST_REMEMBERED = 1_000;

/** A shorter text may be a word of any line. */
const SHORTEST = 8;

/** Secrets, each with its form within JSON. */
const remembered = new Map<string, string>();

/** Remembers a secret, or a text that may be one, for `withoutSecrets`. */
export function rememberSecret(text: string): void {
  if (text.length < SHORTEST) return;
  remembered.delete(text);
  remembered.set(text, JSON.stringify(text).slice(1, -1));
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

/** The same text, an http or other URL. Remembers the password that it may hold. */
export function rememberPassword(url: string): string {
  const password = URL.canParse(url) ? new URL(url).password : '';
  rememberSecret(password);
  try {
    rememberSecret(decodeURIComponent(password));
  } catch {
    // It is no escape, so it is a password as it stands.
  }
  return url;
}

/** A line of JSON with `[secret]` in place of each remembered secret in its texts and keys. Other lines stay as they are. */
export function withoutSecrets(line: string): string {
  const found = [...remembered].filter(([, written]) => line.includes(written)).map(([secret]) => secret);
  if (found.length === 0) return line;
  // A secret may begin with another one.
  found.sort((a, b) => b.length - a.length);
  const clean = (text: string): string => found.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  return `${JSON.stringify(withTexts(JSON.parse(line), clean))}\n`;
}

function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member) => withTexts(member, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [change(key), withTexts(member, change)]));
}

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
  return z.string().overwrite(withoutLineBreaks).overwrite(remembering).min(1).describe(what);
}

/** A secret that is sent unchanged in a header. */
export function headerSecret(what: string): z.ZodString {
  return z
    .string()
    .overwrite((text) => text.trim())
    .min(1, { abort: true })
    .overwrite(remembering)
    .regex(/^[\x20-\x7e]+$/, { error: 'contains a character that a header cannot hold, such as a line break' })
    .describe(what);
}

/** The same text, which is remembered. */
export function remembering(text: string): string {
  rememberSecret(text);
  return text;
}
