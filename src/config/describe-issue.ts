import { suggestionFor } from '../domain/suggestion.ts';
import { keyOf } from './problems.ts';
import type { Problem } from './problems.ts';
import type { z } from 'zod';

/** Context of an issue. */
export interface IssueContext {
  /** The value at a path; undefined if there is no value. */
  valueAt(path: readonly PropertyKey[]): unknown;
  /** The keys that the object at a path may have. */
  keysAt(path: readonly PropertyKey[]): readonly string[];
  /** True if the text at a path may be shown. Texts from the environment may not. */
  mayShow(path: readonly PropertyKey[]): boolean;
}

/** Describes an issue that zod found in our words: where it is, what is expected, what is there instead. */
export function describeIssue(issue: z.core.$ZodIssue, around: IssueContext): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key: keyOf([...issue.path, key]),
      message: unknownKey(key, around.keysAt(issue.path)),
    }));
  }
  return [{ key: keyOf(issue.path), message: messageOf(issue, around) }];
}

function messageOf(issue: z.core.$ZodIssue, around: IssueContext): string {
  const value = around.valueAt(issue.path);
  switch (issue.code) {
    case 'invalid_type':
      return expectation(ownWords(issue) ?? wanted(issue.expected), value);
    case 'invalid_union':
      return expectation(ownWords(issue) ?? choice(optionsOf(issue)), value, around.mayShow(issue.path));
    case 'invalid_value':
      return expectation(choice(issue.values.map(String)), value, around.mayShow(issue.path));
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a valid name';
    case 'too_small':
      return (
        emptiness(issue.origin, value) ??
        `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${sizeOf(issue, issue.minimum)}`
      );
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${sizeOf(issue, issue.maximum)}`;
    default:
      return issue.message;
  }
}

/** What the schema's own message says it expects; null if it leaves that to the type. */
function ownWords({ message }: z.core.$ZodIssueInvalidType | z.core.$ZodIssueInvalidUnion): string | null {
  return /^Invalid (input|discriminator)/.test(message) ? null : message.replace(/^expected /, '');
}

function wanted(kind: string): string {
  if (kind === 'int') return 'a whole number';
  return withArticle(kind === 'record' ? 'object' : kind);
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const suggestion = suggestionFor(key, allowed);
  if (suggestion !== null) return `is not a known key; did you mean "${suggestion}"?`;
  return allowed.length === 0 ? 'is not a known key' : `is not a known key; allowed are ${allowed.join(', ')}`;
}

function expectation(expected: string, value: unknown, showText = false): string {
  if (value === undefined) return `is missing, expected ${expected}`;
  if (showText && typeof value === 'string' && value.length <= 40) return `expected ${expected}, got "${value}"`;
  return `expected ${expected}, got ${withArticle(kindOf(value))}`;
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

function choice(values: readonly string[]): string {
  if (values.length === 0) return 'another value';
  const list = values.map((value) => `"${value}"`).join(', ');
  return values.length === 1 ? list : `one of ${list}`;
}

function emptiness(origin: string, value: unknown): string | null {
  if (value === '' && origin === 'string') return 'must not be empty';
  return Array.isArray(value) && value.length === 0 ? 'must not be empty' : null;
}

function sizeOf(issue: { readonly origin: string }, bound: number | bigint): string {
  if (issue.origin === 'string') return `${String(bound)} characters long`;
  return issue.origin === 'array' ? `${String(bound)} items long` : String(bound);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function withArticle(kind: string): string {
  if (kind === 'null') return 'nothing';
  if (kind === 'array') return 'a list';
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
