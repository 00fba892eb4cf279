import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/domain/json.ts';
import { parseInPieces } from '../../src/http/body/json-pieces.ts';

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

test('parses what JSON.parse parses, to the same value, and refuses what it refuses, wherever the chunks are cut', async () => {
  const cases = fc.oneof(words, json, page, broken);
  await fc.assert(
    fc.asyncProperty(
      cases,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 40 }),
      async (text, size, group) => {
        const plain = text.startsWith('\ufeff') ? text.slice(1) : text;
        const whole = await outcome(() => parseJson(plain));
        expect(await outcome(() => parseInPieces(chunksOf(text, size), group))).toEqual(whole);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('gives the event loop its turn while it parses', async () => {
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
