import type { z } from 'zod';
import { withArticle } from '../../domain/article.ts';
import { described } from './mismatch.ts';

type Issue = z.core.$ZodIssue;

/** One issue, with unions resolved to an alternative and the path given from the body's root. */
interface Located {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

const LONGEST_CHOICE = 6;

/**
 * Describes where the body differs, what was expected and what it contains. Numbers, booleans and null are quoted;
 * strings, objects and lists are named only by type, so that no text of the body leaks.
 */
export function messageOf(issue: Issue, data: unknown): string {
  const located = enterUnions({ issue, path: issue.path });
  const value = valueAt(data, located.path);
  const where = pathText(located.path);
  return `${where === '' ? '' : `${where}: `}expected ${expectation(located.issue, value)}, got ${described(value)}`;
}

/** Picks the alternative of a union that matches deepest into the value. */
function enterUnions(located: Located): Located {
  const { issue, path } = located;
  if (issue.code !== 'invalid_union') return located;
  const first = issue.errors.flatMap(([candidate]) =>
    candidate === undefined ? [] : [enterUnions({ issue: candidate, path: [...path, ...candidate.path] })],
  );
  const deepest = first.reduce<Located>((best, next) => (next.path.length > best.path.length ? next : best), located);
  return deepest;
}

function expectation(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return named(issue.expected);
    case 'invalid_value':
      return choice(
        issue.values.map((option) => (typeof option === 'string' ? JSON.stringify(option) : String(option))),
      );
    case 'invalid_union':
      return choice(issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectation(first, value)])));
    case 'unrecognized_keys':
      return 'no other fields';
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'regex' ? 'another format' : `the format ${issue.format}`;
    case 'custom':
      return customExpectation(issue.message, value);
    default:
      return 'another value';
  }
}

/** The decoder's own message, without a leading `expected`, unless it quotes the value. */
function customExpectation(message: string, value: unknown): string {
  const words = message.replace(/^expected /, '');
  const quotes = typeof value === 'string' && value !== '' && words.includes(value);
  return quotes || words === '' || words === 'Invalid input' ? 'another value' : words;
}

function amount(bound: number | bigint, origin: string): string {
  if (origin === 'string') return `${bound} characters`;
  return origin === 'array' || origin === 'set' || origin === 'map' ? `${bound} items` : String(bound);
}

function choice(options: readonly string[]): string {
  const distinct = [...new Set(options)];
  if (distinct.length === 0) return 'another value';
  const shown = distinct.slice(0, LONGEST_CHOICE);
  return shown.join(' or ') + (distinct.length > shown.length ? ' or …' : '');
}

function named(type: string): string {
  if (type === 'null' || type === 'never' || type === 'undefined') return type === 'null' ? 'null' : 'nothing';
  if (type === 'int') return 'a whole number';
  return withArticle(type);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }, data);
}

/**
 * `results[3].runState`. A key that is not an identifier is data of the body (the key of a map) and is shown as `[…]`.
 */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (typeof key !== 'string' || !/^[A-Za-z_$][\w$]{0,63}$/.test(key)) return `${text}[…]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
