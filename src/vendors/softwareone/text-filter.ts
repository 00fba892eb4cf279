import type { LogFilter } from '../../domain/log-filter.ts';
import { anyOf, containsIgnoringCase } from './rql.ts';
import type { Condition } from './rql.ts';

/**
 * A filter by text as the vendor can apply it. It lets every line through that has the text, and others
 * too, so the reader looks at the lines all the same.
 */
export interface TextFilter {
  readonly condition: Condition;
  /** Can the vendor have applied it, if it gives a row with this message? In doubt it can. */
  allows(message: string | null): boolean;
}

/** What every template has: only where it stands can a line say what its `message` does not. */
const PLACEHOLDER = '{{';

/** Longest text that is asked for: a part of the text lets no fewer lines through than all of it. */
const LONGEST = 200;

/**
 * What the vendor can do of `contains`; null where that is nothing. A line is its `message` unless that is
 * a template, so the vendor is asked for messages with the text and for all templates.
 *
 * Of the text, the longest part is asked for that is read in one way only, whatever the service does with
 * case, wildcards, quotes and SQL: ASCII letters and digits, space, `-` and `_`. A star within a pattern
 * is a wildcard in the documentation and a star in the vendor's own implementation, so other characters
 * can't be left open; they end the part. So does a letter at its end: together with a combining mark
 * behind it, a database may take it for another letter.
 */
export function textFilterOf({ contains }: LogFilter): TextFilter | null {
  const part = longestOf((contains ?? '').match(/[A-Za-z0-9 _-]+/g) ?? [])
    .slice(0, LONGEST)
    .replace(/[A-Za-z]$/, '');
  // A part of spaces says nothing, and some services trim it away.
  if (part.trim() === '') return null;
  const [text, template] = [containsIgnoringCase('message', part), containsIgnoringCase('message', PLACEHOLDER)];
  if (text === null || template === null) return null;
  const sought = part.toLowerCase();
  return {
    condition: anyOf(text, template),
    allows: (message) => {
      // Which other characters a database takes for these is not known.
      if (message === null || !/^[\x20-\x7e]*$/.test(message)) return true;
      return message.includes(PLACEHOLDER) || message.toLowerCase().includes(sought);
    },
  };
}

function longestOf(parts: readonly string[]): string {
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
