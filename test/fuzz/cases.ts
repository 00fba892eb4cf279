import fc from 'fast-check';
import { anyCharacter } from '../support/any-character.ts';

/**
 * How many cases each of the fuzzed things gets in CI, whose seed is fixed. `DEEP=1` draws twenty times as many, and `LAW_SEED` other
 * ones. A case is one hostile input that is read to its end.
 */
export const CASES = {
  'texts as cursors': 1_500,
  'payloads of cursors': 5_000,
  'cursors with a good seal': 2_500,
  ids: 500,
  filters: 300,
  documents: 600,
  variables: 400,
  'lists of operations': 200,
  'deferred fragments': 200,
  'messages of assistants': 150,
  'bodies of vendors': 600,
  'configuration files': 600,
  'frames of WebSockets': 300,
} as const;

const TIMES = process.env['DEEP'] === undefined ? 1 : 20;

/** No case may take longer: a loop without an end would be one. */
const PATIENCE_MILLISECONDS = 10_000;

export function settingsFor(what: keyof typeof CASES, parts = 1): fc.Parameters<unknown> {
  return { numRuns: Math.ceil((CASES[what] * TIMES) / parts), plugins: [fc.timeout(PATIENCE_MILLISECONDS)] };
}

/** All of a deep run; CI needs seconds for each. */
export const PATIENCE = process.env['DEEP'] === undefined ? 120_000 : 1_800_000;

/** Values that readers trip over. */
export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e308,
    true,
    [],
    {},
    [[]],
    'a'.repeat(70_000),
    '\u0000',
    '\ud83d',
    '\u202e',
    '__proto__',
    'constructor',
    '../../etc',
    '%2e%2e%2f',
    '${X}',
    '9'.repeat(400),
    '2026-02-30T00:00:00Z',
    '-99999999999999999999',
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: anyCharacter, maxLength: 20 }),
);

/** A place in something, as a part of its length. (Doubles of fast-check are next to 0 most of the time.) */
export const place: fc.Arbitrary<number> = fc.nat(9_999).map((part) => part / 10_000);

/** What becomes of a text on a bad way: characters are lost, doubled, changed or moved. */
export interface Damage {
  readonly kind: 'cut' | 'lose' | 'double' | 'change' | 'insert' | 'turn';
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut', 'lose', 'double', 'change', 'insert', 'turn'),
  at: place,
  length: fc.integer({ min: 1, max: 8 }),
  text: fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '"',
      ':',
      '!',
      '$',
      '...',
      '@',
      '\n',
      ' ',
      '&a',
      '*a',
      '|',
      '-',
      '\\',
      '{{',
    ),
    fc.string({ unit: anyCharacter, maxLength: 4 }),
  ),
});

export function damaged(text: string, { kind, at, length, text: other }: Damage): string {
  const start = Math.floor(at * text.length);
  const [before, part, after] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)];
  switch (kind) {
    case 'cut':
      return before;
    case 'lose':
      return before + after;
    case 'double':
      return before + part + part + after;
    case 'change':
      return before + other + after;
    case 'insert':
      return before + other + part + after;
    case 'turn':
      return after + part + before;
  }
}

/** JSON with one of its values, wherever it stands, put in place of another. */
export function withValue(json: unknown, at: number, value: unknown): unknown {
  if (value === undefined && (typeof json !== 'object' || json === null)) return null;
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const copy = { root: structuredClone(json) };
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, each] of Object.entries(holder)) {
      places.push({ holder, key });
      if (typeof each === 'object' && each !== null) visit(each as Record<string, unknown>);
    }
  };
  // A value may be put in place of all of it. What is left out is a part.
  visit(value === undefined ? (copy.root as Record<string, unknown>) : copy);
  const found = places[Math.floor(at * places.length)];
  if (found === undefined) return value ?? null;
  if (value === undefined) Reflect.deleteProperty(found.holder, found.key);
  // `__proto__` is to be a member like others.
  else Object.defineProperty(found.holder, found.key, { value, enumerable: true, configurable: true, writable: true });
  return copy.root;
}
