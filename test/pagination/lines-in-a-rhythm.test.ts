import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Direction } from '../../src/domain/ordered.ts';
import { call, tokenNative } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const START = 1_700_000_000_000_000_000n;

const cases = fc.record({
  limit: fc.constantFrom(3, 5),
  addressable: fc.boolean(),
  /** What the lines say, over and over. */
  rhythm: fc.array(fc.constantFrom('a', 'b'), { minLength: 2, maxLength: 3 }),
  /** How many lines each instant has. */
  instants: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 2 }),
  direction: fc.constantFrom<Direction>('forward', 'backward'),
  /** Behind which line the read begins; null: at an end. */
  from: fc.option(fc.nat(), { freq: 1 }),
});

test('pages of lines that repeat in a rhythm do not count as one repeated page', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ limit, addressable, rhythm, instants, direction, from }) => {
      const lines: RawLine[] = instants
        .flatMap((count, instant) => Array.from({ length: count }, () => START + BigInt(instant)))
        .map((time, index) => ({ time, id: '', text: rhythm[index % rhythm.length]!, level: 'info' }));
      const native = tokenNative(lines, { limit, addressable });
      const whole = direction === 'forward' ? native.expected() : native.expected().toReversed();
      const at = from === null ? -1 : from % whole.length;
      const request = { direction, from: whole[at] ?? null, hint: null, until: null, need: 1_000 };
      const read: Line[] = [];
      const said: string[] = [];
      for await (const { rows, truncated } of native.partition().read(request, call)) {
        read.push(...rowsOf({ rows }));
        if (truncated !== undefined) said.push(truncated);
      }
      expect(said).toEqual([]);
      expect(read).toEqual(whole.slice(at + 1));
    }),
    { numRuns: 300 },
  );
});
