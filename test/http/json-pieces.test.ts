import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/domain/json.ts';
import { parseInPieces } from '../../src/http/body/json-pieces.ts';
import { withFewValues } from '../../src/http/body/value-bound.ts';

/** What parsing gives, or that it fails. */
async function outcome(parse: () => unknown): Promise<unknown> {
  try {
    return { value: await parse() };
  } catch (error) {
    if (error instanceof SyntaxError) return 'malformed';
    throw error;
  }
}

function chunksOf(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

const WORDS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  ' ',
  '0',
  '1',
  '"a"',
  '"b":',
  '"__proto__":',
  '"é漢😀"',
  '\\u00e9',
  'true',
];
const words = fc
  .array(fc.constantFrom(...WORDS, '12345678901234567891', '\ufeff'), { maxLength: 14 })
  .map((list) => list.join(''));
const json = fc.json({ maxDepth: 4 });
const page = fc
  .tuple(fc.array(fc.json({ maxDepth: 2 })), fc.json({ maxDepth: 2 }))
  .map(([rows, other]) => `{"data" : [ ${rows.join(' ,\n')} ], "total":${other}, "more":[${rows.join()}]}`);
const broken = fc
  .tuple(fc.oneof(json, page), fc.nat(), fc.constantFrom(...WORDS))
  .map(([text, at, word]) => text.slice(0, at % (text.length + 1)) + word + text.slice(at % (text.length + 1)));

test('JSON in chunks is parsed or refused as by JSON.parse, to the same value, wherever the chunks are cut', async () => {
  const cases = fc.oneof(words, json, page, broken);
  await fc.assert(
    fc.asyncProperty(
      cases,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 40 }),
      async (text, size, group) => {
        const plain = text.startsWith('\ufeff') ? text.slice(1) : text;
        const whole = await outcome(() => parseJson(plain));
        expect(await outcome(() => parseInPieces(chunksOf(text, size), { groupBytes: group }))).toEqual(whole);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('the parser of JSON in chunks yields to the event loop', async () => {
  const row = JSON.stringify({ message: 'The disk "sda" is full. '.repeat(500) });
  const text = `{"data":[${Array.from({ length: 2_500 }, () => row).join()}],"total":2500}`;
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const parsed = (await parseInPieces(chunksOf(text, 65_536))) as { data: unknown[] };
  isOver = true;
  expect(parsed.data).toHaveLength(2_500);
  expect(turns).toBeGreaterThan(8);
});

const TOO_MANY = '… (too many values)';

/** The value with each object and list cut that has more values than that, and how many it has. */
function bounded(
  value: unknown,
  most: number,
  isRows: (path: readonly string[]) => boolean,
  path: string[] = [],
): { value: unknown; values: number } {
  if (typeof value !== 'object' || value === null) return { value, values: 0 };
  const members = Object.entries(value as Record<string, unknown>).map(([key, member]) => ({
    key,
    ...bounded(member, most, isRows, [...path, key]),
    member,
  }));
  const kept = Array.isArray(value)
    ? members.map((each) => each.value)
    : Object.fromEntries(members.map((each) => [each.key, each.value]));
  if (isRows(path)) return { value: kept, values: -1 };
  const values = members.reduce(
    (sum, each) => sum + (typeof each.member !== 'object' || each.member === null ? 0 : each.values + 1),
    Math.max(0, members.length - 1),
  );
  return values > most ? { value: TOO_MANY, values: 0 } : { value: kept, values };
}

test('each object and list with too many values is cut, and no other, wherever the chunks are cut', async () => {
  const pages = fc
    .array(fc.json({ maxDepth: 3 }), { maxLength: 6 })
    .map((rows) => `{"data": [${rows.join(' , ')}], "more": {"a": [${rows.join()}]}, "rows":[]}`);
  const isRows = (path: readonly string[]): boolean => path.length === 1 && path[0] !== 'more';
  await fc.assert(
    fc.asyncProperty(
      pages,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 8 }),
      async (text, size, group, most) => {
        expect(await parseInPieces(chunksOf(text, size), { groupBytes: group, mostValues: most })).toEqual(
          bounded(parseJson(text), most, isRows).value,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('the same values are cut in a text of one value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.integer({ min: 0, max: 8 }), (text, most) => {
      const cut = withFewValues(Buffer.from(text), most).toString();
      expect(parseJson(cut)).toEqual(bounded(parseJson(text), most, () => false).value);
    }),
    { numRuns: 2_000 },
  );
});

describe('a row that is too large', () => {
  const ROW_BYTES = 60;
  const row = { rowBytes: ROW_BYTES, textBytes: 8 };
  const read = async (text: string, size = 7): Promise<{ value: unknown; cuts: number }> => {
    let cuts = 0;
    const onCut = (): void => void (cuts += 1);
    return { value: await parseInPieces(chunksOf(text, size), { groupBytes: 40, row, onCut }), cuts };
  };

  test('has its texts cut from there on, and those of other rows stay', async () => {
    const other = { id: 'other', text: 'b'.repeat(30) };
    const large = { id: 'large', text: 'a'.repeat(200), more: 'm'.repeat(30), last: 'seven' };
    const text = JSON.stringify({ rows: [other, large, other], next: 'on' });
    // Before the text stand `{"id":"large","text":"`.
    const cut = { ...large, text: `${'a'.repeat(ROW_BYTES - 22)}…`, more: `${'m'.repeat(8)}…` };
    expect(await read(text)).toEqual({ value: { rows: [other, cut, other], next: 'on' }, cuts: 2 });
  });

  test('is replaced by a text where it is still too large', async () => {
    const large = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key-${n}`, 1]));
    const text = JSON.stringify({ rows: [{ id: 'a' }, large, { id: 'b' }], next: 'on' });
    expect(await read(text)).toEqual({
      value: { rows: [{ id: 'a' }, '… (too large)', { id: 'b' }], next: 'on' },
      cuts: 0,
    });
  });

  test('gives the same, wherever the chunks are cut, and no half of a character or an escape', async () => {
    const units = fc.constantFrom('a', '"', '\\', '\n', '\u0000', 'é', '日', '😀', '\u2028');
    const texts = fc.string({ unit: units, maxLength: 60 });
    const rows = fc.array(fc.dictionary(fc.constantFrom('id', 'text', 'more'), texts), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), fc.integer({ min: 1, max: 20 }), async (all, escapes, size) => {
        const written = JSON.stringify({ rows: all });
        const ascii = written.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
        const text = escapes ? ascii : written;
        const whole = await read(text, text.length * 4);
        expect(await read(text, size)).toEqual(whole);
        const read_ = (whole.value as { rows: Record<string, string>[] }).rows;
        for (const [index, given] of all.entries())
          for (const [key, value] of Object.entries(given)) {
            const seen = (typeof read_[index] === 'string' ? {} : read_[index])?.[key] ?? value;
            if (seen !== value) expect(value.startsWith(seen.replace(/\ufffd?…$/, ''))).toBe(true);
            if (seen !== value) expect(seen.endsWith('…')).toBe(true);
          }
      }),
      { numRuns: 2_000 },
    );
  });
});
