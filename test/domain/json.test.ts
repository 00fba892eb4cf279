import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/domain/json.ts';
import { toValidUnicode } from '../../src/domain/ansi.ts';

function outcome(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error instanceof SyntaxError ? 'malformed' : error;
  }
}

/** JSON as vendors may write it: with an own way to escape, and with white space anywhere. */
function written(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[ ${value.map(written).join('\t,\n')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)} : ${written(member)}`)
      .join(',')} \r\n}`;
  }
  return JSON.stringify(value);
}

/** What is expected of a value: long integers as digits, and no half of a surrogate pair. */
function expected(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'string') return toValidUnicode(value);
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [toValidUnicode(key), expected(member)]));
}

const anyUnit = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
const text = fc.oneof(
  anyUnit,
  fc.constantFrom(
    '1234567890123456789',
    '"1234567890123456789,',
    '\\',
    '\\ud800',
    '\ud800',
    '\udc00\ud83d\ude00',
    '\ufeff',
  ),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.constantFrom(null, true, 0, -1.5, 1e300, 9007199254740991, 0.1234567890123456),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

describe('JSON that a vendor sent', () => {
  test('keeps the digits of integers beyond 2^53, as text', () => {
    const body = '{"id":3571883701824836031,"list":[ -12345678901234567891 ,1],"safe":9007199254740991,"float":1e21}';
    expect(parseJson(body)).toEqual({
      id: '3571883701824836031',
      list: ['-12345678901234567891', 1],
      safe: 9007199254740991,
      float: 1e21,
    });
    expect(parseJson('12345678901234567891')).toBe('12345678901234567891');
  });

  test('has no half of a surrogate pair', () => {
    expect(parseJson(String.raw`["a\ud83d","\ude00b","\ud83d\ude00","\\ud83d\udE00","\uD83D\\ude00"]`)).toEqual([
      'a\ufffd',
      '\ufffdb',
      '😀',
      '\\ud83d\ufffd',
      '\ufffd\\ude00',
    ]);
  });

  test('is what JSON.parse makes of it, but for long integers and halves of pairs', () => {
    fc.assert(
      fc.property(value, (drawn) => {
        expect(parseJson(written(drawn))).toEqual(expected(drawn));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is malformed exactly where JSON.parse says so', () => {
    const pieces = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '"a"', '\\', ' ', '1234567890123456789', '-', '0', '.5', 'e9', 'null'],
      ...['\\ud800', '\\udc00'],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (drawn) => {
        const body = drawn.join('');
        const plain = outcome(() => JSON.parse(body) as unknown);
        const ours = outcome(() => parseJson(body));
        if (plain === 'malformed' || ours === 'malformed') expect(ours).toBe(plain);
      }),
      { numRuns: 5_000 },
    );
  });
});
