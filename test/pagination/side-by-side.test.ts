import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBeyond } from '../../src/domain/ordered.ts';
import type { Line, RawLine } from './fake-natives.ts';
import { call, keysetNative, ladderBelow, offsetNative, tokenNative } from './fake-natives.ts';
import type { FakeNative } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

/**
 * Pages that are requested in parallel may be answered in any order: a failed call is repeated after the next one was
 * answered. Lines that were written meanwhile have moved the border between the two pages.
 */

const START = 1_700_000_000_000_000_000n;

function line(index: number, time: bigint): RawLine {
  return { time, id: `r${String(index).padStart(3, '0')}`, text: `line ${index}`, level: 'info' };
}

const NATIVES: readonly ((lines: readonly RawLine[]) => FakeNative)[] = [
  ...[true, false].flatMap((timeFilter) =>
    [true, false].flatMap((total) =>
      [true, false].map(
        (tieOrdered) => (lines: readonly RawLine[]) => offsetNative(lines, { limit: 3, timeFilter, total, tieOrdered }),
      ),
    ),
  ),
  ...[4, 9].map(
    (limit) => (lines: readonly RawLine[]) =>
      offsetNative(lines, {
        limit,
        timeFilter: true,
        total: true,
        tieOrdered: true,
        ladder: ladderBelow(limit, lines.length),
      }),
  ),
  ...[true, false].map((addressable) => (lines: readonly RawLine[]) => tokenNative(lines, { limit: 3, addressable })),
  ...[4, 9, 25].map(
    (limit) => (lines: readonly RawLine[]) =>
      tokenNative(lines, { limit, addressable: true, ladder: ladderBelow(limit, lines.length) }),
  ),
  ...[true, false].flatMap((cursors) =>
    [true, false].map(
      (newestFirst) => (lines: readonly RawLine[]) => keysetNative(lines, { limit: 3, cursors, newestFirst }),
    ),
  ),
];

const RUNS = process.env['DEEP'] === '1' ? 3_000 : 300;

interface Case {
  readonly count: number;
  /** How many turns each call waits before it is answered. */
  readonly turns: readonly number[];
  /** Where a line is written before each call is answered; null: nowhere. */
  readonly ages: readonly (number | null)[];
  readonly direction: 'forward' | 'backward';
  readonly from: number | null;
  readonly need: number;
  /** True: lines share instants and texts. */
  readonly alike: boolean;
}

const cases: fc.Arbitrary<Case> = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  turns: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 }),
  ages: fc.array(fc.option(fc.integer({ min: -5, max: 45 })), { minLength: 1, maxLength: 12 }),
  direction: fc.constantFrom('forward', 'backward'),
  from: fc.option(fc.integer({ min: 0, max: 39 })),
  need: fc.integer({ min: 1, max: 60 }),
  alike: fc.boolean(),
});

async function holds(native: (lines: readonly RawLine[]) => FakeNative, one: Case): Promise<void> {
  const { alike, direction, need } = one;
  const step = alike ? 9 : 1;
  const timeOf = (index: number): bigint => START + BigInt(Math.floor(index / step)) * 1_000_000n;
  const written = (number: number, time: bigint): RawLine => ({
    ...line(number, time),
    ...(alike ? { text: 'step' } : {}),
  });
  const source = native(Array.from({ length: one.count }, (_, index) => written(index, timeOf(index))));
  const there = source.expected();
  let calls = 0;
  source.arriveBy(async () => {
    const at = calls;
    calls += 1;
    for (let turn = 0; turn < one.turns[at % one.turns.length]!; turn += 1) await Promise.resolve();
    const age = one.ages[at % one.ages.length];
    if (at < 30 && typeof age === 'number') source.add([written(100 + at, timeOf(age) + (alike ? 0n : 7n))]);
  });
  const start = one.from === null ? undefined : there[one.from];
  const from = start === undefined ? null : { time: start.time, tie: start.tie };
  const given: Line[] = [];
  const request = { direction, from, hint: null, until: null, need, prefetch: true };
  for await (const { rows } of source.partition().read(request, call)) given.push(...rowsOf({ rows }));
  const old = new Set(there.map(keyOf));
  const owed = there.filter((row) => from === null || isBeyond(row, from, direction));
  if (direction === 'backward') owed.reverse();
  const keys = given.map(keyOf);
  expect(keys.filter((key) => old.has(key))).toEqual(owed.map(keyOf));
  expect(new Set(keys).size).toBe(given.length);
  // No row is there only because it was seen twice.
  const final = new Set(source.expected().map(keyOf));
  expect(keys.filter((key) => !final.has(key))).toEqual([]);
}

const keyOf = ({ time, tie }: Line): string => `${time}/${tie}`;

describe.each(NATIVES.map((native) => ({ name: native([]).name, native })))('$name', ({ native }) => {
  test('gives every line once and in order when parallel pages are answered in any order', async () => {
    await fc.assert(
      fc.asyncProperty(cases, (one) => holds(native, one)),
      { numRuns: RUNS },
    );
  });
});
