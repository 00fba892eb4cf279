import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInexact, parseJson, withoutHalfPairs } from '../../src/domain/json.ts';
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

/** The value of a number, however it is written: its digits without zeros at the ends, and the place of its point. */
function decimal(text: string): unknown {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  const plain = String(digits).replace(/0+$/, '');
  return [sign, plain, Number(exponent) - fraction.length + String(digits).length - plain.length];
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

  test.each([
    '12345678901234567891.0',
    '1.2345678901234567891e19',
    '1e400',
    '-1e400',
    '1e-400',
    '4.9e-324',
    '0.12345678901234567891',
    '123456789.123456789',
    '9007199254740993.5',
  ])('keeps the digits of %s, which a number can not hold, as text', (digits) => {
    for (const [before, after] of ['[[', ']]', '{"a":', '}', '', '', ' ', '\n', '["e1000",', ',"1e400"]'].flatMap(
      (_, index, all) => (index % 2 === 0 ? [[all[index] ?? '', all[index + 1] ?? '']] : []),
    )) {
      const body = `${before}${digits}${after}`;
      expect(JSON.stringify(parseJson(body))).toBe(`${before}"${digits}"${after}`.trim());
    }
  });

  test.each(['0.1', '1.10', '1e5', '0.30000000000000004', '1e300', '5e-324', '0e999', '-0.0'])(
    'reads %s as a number, which holds it',
    (digits) => {
      expect(parseJson(`[${digits}]`)).toEqual([Number(digits)]);
    },
  );

  test('gives any number back as it was written: as a number, or as its digits', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,21})(\.\d{1,21})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (written) => {
        const read = parseJson(`{"a":[${written}]}`) as { readonly a: readonly unknown[] };
        const [value] = read.a;
        if (typeof value === 'string') expect(value).toBe(written);
        else expect(decimal(String(value))).toEqual(decimal(written));
      }),
      { numRuns: 2_000 },
    );
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

test('the digits of a number are kept, wherever in the text it is and however many there are', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 40 }),
      fc.stringMatching(/^[1-9]\d{0,24}(?:\.\d{1,10})?$/),
      fc.nat({ max: 20 }),
      (before, number, after) => {
        const text = `${' '.repeat(before)}[${number}${' '.repeat(after)}]`;
        expect(parseJson(text)).toEqual([isInexact(number) ? number : Number(number)]);
      },
    ),
  );
});

test('halves of surrogate pairs are replaced, whatever stands beside them', () => {
  const parts = [
    '\\ud83d',
    '\\uDE00',
    '\\udbff',
    '\\uDC00',
    '\\\\',
    '\\"',
    '\\u0041',
    '\\ue000',
    'ud83d',
    'é',
    '日',
    'a',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (list) => {
      const text = `"${list.join('')}"`;
      expect(JSON.parse(withoutHalfPairs(text))).toBe(toValidUnicode(JSON.parse(text) as string));
    }),
    { numRuns: 2_000 },
  );
});

test('millions of halves of surrogate pairs take no longer than other texts', () => {
  const text = `"${'\\ud83d'.repeat(400_000)}"`;
  // The least of some tries, since a collection of garbage may fall into one. Work that grows with the square takes seconds each time.
  const tries = [1, 2, 3, 4, 5].map(() => {
    const begun = process.cpuUsage();
    expect(parseJson(text)).toBe('\ufffd'.repeat(400_000));
    return process.cpuUsage(begun).user / 1_000;
  });
  expect(Math.min(...tries)).toBeLessThan(100);
});
