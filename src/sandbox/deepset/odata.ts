import { parseInstant } from '../../domain/time.ts';
import type { FilterableField } from './dialect.ts';

/** The fields that a filter can test. */
export interface Filterable {
  readonly level: string;
  readonly origin: string;
  readonly time: bigint;
}

export type Predicate = (row: Filterable) => boolean;

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([^\s']+))(?=\s|$)/y;

/**
 * Parses the part of OData that the vendor documents: comparisons joined by `and`, with `eq` on text and `eq`, `ge`,
 * `le` on `logged_at`. Null for everything else, which is answered with 400.
 */
export function parseFilter(text: string, allowed: readonly FilterableField[]): Predicate | null {
  const tokens = tokenise(text);
  if (tokens === null || tokens.length % 4 !== 3) return null;
  const predicates: Predicate[] = [];
  for (let index = 0; index < tokens.length; index += 4) {
    const joint = tokens[index + 3];
    if (joint !== undefined && (joint.quoted || joint.text.toLowerCase() !== 'and')) return null;
    const predicate = comparison(tokens.slice(index, index + 3), allowed);
    if (predicate === null) return null;
    predicates.push(predicate);
  }
  return (row) => predicates.every((predicate) => predicate(row));
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokenise(text: string): Token[] | null {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) return null;
    const [, quoted, bare] = match;
    tokens.push(
      quoted === undefined ? { text: bare ?? '', quoted: false } : { text: quoted.replaceAll("''", "'"), quoted: true },
    );
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function comparison(tokens: readonly Token[], allowed: readonly FilterableField[]): Predicate | null {
  const [field, operator, value] = tokens;
  if (field === undefined || operator === undefined || value === undefined) return null;
  if (field.quoted || operator.quoted) return null;
  const known = allowed.find((name) => name === field.text);
  if (known === 'logged_at') return timeComparison(operator.text, value);
  if (known === undefined || operator.text !== 'eq' || !value.quoted) return null;
  return (row) => row[known] === value.text;
}

function timeComparison(operator: string, value: Token): Predicate | null {
  const instant = value.quoted ? null : parseInstant(value.text)?.nanoseconds;
  if (instant === null || instant === undefined) return null;
  if (operator === 'eq') return (row) => row.time === instant;
  if (operator === 'ge') return (row) => row.time >= instant;
  if (operator === 'le') return (row) => row.time <= instant;
  return null;
}
