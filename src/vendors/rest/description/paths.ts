import { isFields } from '../../shared/wire.ts';

/**
 * Paths in an answer: the singular queries of RFC 9535 (names and indexes), and in `items` also the wildcard. Filters
 * and descendants are not supported: their cost is unbounded, and a field of a row is one value.
 */
export type JsonPath = readonly Step[];

/** A name, an index in a list, or null for all members. */
type Step = string | number | null;

const STEP = /\.?(?:([\p{L}\p{N}_-]+)|(\*))|\[(?:'([^'\]]+)'|"([^"\]]+)"|(\d{1,6})|(\*))\]/uy;

/** Most steps in a path. */
const MOST_STEPS = 32;

export const PATH_FORM =
  "expected a path in the answer: names joined by dots such as data.items, ['a name'] for names with other signs, [0] for a place in a list, $ for the answer itself";

/** Parses a path; null: it is not valid. `$.a.b` and `a.b` are the same. */
export function parsePath(text: string): JsonPath | null {
  const rest = text.startsWith('$') ? text.slice(1) : text;
  if (text === '' || (rest !== text && rest !== '' && !/^[.[]/.test(rest))) return null;
  if (rest === text && text.startsWith('.')) return null;
  const steps: Step[] = [];
  for (STEP.lastIndex = 0; STEP.lastIndex < rest.length;) {
    const begin = STEP.lastIndex;
    const match = STEP.exec(rest);
    if (match === null || steps.length >= MOST_STEPS) return null;
    const [whole, name, all, single, double, index, allInBrackets] = match;
    // Only the first name may come without a dot before it.
    if (begin > 0 && (name !== undefined || all !== undefined) && !whole.startsWith('.')) return null;
    const wildcard = all ?? allInBrackets;
    steps.push(wildcard === undefined ? (name ?? single ?? double ?? Number(index)) : null);
  }
  return steps;
}

export function isSingular(path: JsonPath): boolean {
  return !path.includes(null);
}

/** Parses a path that the schema has already checked. */
export function pathOf(text: string): JsonPath {
  const path = parsePath(text);
  if (path === null) throw new Error(`${text} is not a path.`);
  return path;
}

/** The value at a singular path; undefined: there is none. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let found = value;
  for (const step of path) found = step === null ? undefined : memberOf(found, step);
  return found;
}

/** The value of the first path that leads to a value other than null. */
export function firstAt(value: unknown, paths: readonly JsonPath[]): unknown {
  for (const path of paths) {
    const found = valueAt(value, path);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

/** All values at a path with wildcards. */
export function valuesAt(value: unknown, path: JsonPath): readonly unknown[] {
  let found: unknown[] = [value];
  for (const step of path) {
    found = found.flatMap((one) => {
      if (step === null) return typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [];
      const member = memberOf(one, step);
      return member === undefined ? [] : [member];
    });
  }
  return found;
}

function memberOf(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? (value as readonly unknown[])[step] : undefined;
  return isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
