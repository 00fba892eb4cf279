import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { isBeyond, startOfInstant } from '../../src/domain/ordered.ts';
import type { Hint } from '../../src/pagination/core/partition.ts';
import { call, keysetNative, ladderBelow, offsetNative, timeNative, tokenNative, wholeNative } from './fake-natives.ts';
import type { FakeNative, Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const RUNS = process.env['DEEP'] === '1' ? 5_000 : 300;
const LEVELS = ['debug', 'info', 'warning', 'error'];
const START = 1_700_000_000_000_000_000n;
const MILLISECOND = 1_000_000n;

let counter = 0;

const lineArbitrary: fc.Arbitrary<RawLine> = fc
  .record({
    slot: fc.integer({ min: 0, max: 30 }),
    text: fc.constantFrom('loading', 'step', 'step', 'done'),
    level: fc.constantFrom(...LEVELS),
  })
  .map(({ slot, ...said }) => {
    counter += 1;
    return { time: START + BigInt(slot) * MILLISECOND, id: `r${String(counter).padStart(9, '0')}`, ...said };
  });

function laddered(lines: readonly RawLine[], limit: number, addressable: boolean): FakeNative {
  return tokenNative(lines, { limit: 5 * limit, addressable, ladder: ladderBelow(5 * limit, limit + lines.length) });
}

const schemes: readonly {
  readonly name: string;
  readonly make: (lines: readonly RawLine[], limit: number) => FakeNative;
}[] = [
  { name: 'page token, page numbers', make: (lines, limit) => tokenNative(lines, { limit, addressable: true }) },
  {
    name: 'page token, page numbers, pages of several sizes',
    make: (lines, limit) => laddered(lines, limit, true),
  },
  { name: 'page token, opaque, pages of several sizes', make: (lines, limit) => laddered(lines, limit, false) },
  { name: 'page token, opaque', make: (lines, limit) => tokenNative(lines, { limit, addressable: false }) },
  {
    name: 'offset, time filter',
    make: (lines, limit) => offsetNative(lines, { limit, timeFilter: true, total: true, tieOrdered: true }),
  },
  {
    name: 'offset, time filter, first pages of several sizes',
    make: (lines, limit) =>
      offsetNative(lines, {
        limit: 3 * limit,
        timeFilter: true,
        total: true,
        tieOrdered: true,
        ladder: ladderBelow(3 * limit, limit + lines.length),
      }),
  },
  {
    name: 'offset, no filter',
    make: (lines, limit) => offsetNative(lines, { limit, timeFilter: false, total: true, tieOrdered: true }),
  },
  { name: 'time keyset', make: (lines, limit) => timeNative(lines, { limit: limit + 20, levels: LEVELS }) },
  {
    name: 'time keyset, first pages of several sizes',
    make: (lines, limit) =>
      timeNative(lines, { limit: limit + 20, levels: LEVELS, ladder: ladderBelow(limit + 20, limit + lines.length) }),
  },
  { name: 'whole response', make: (lines) => wholeNative(lines) },
  ...[true, false].flatMap((newestFirst) =>
    [true, false].flatMap((cursors) =>
      [0n, 5n].map((spread) => ({
        name: `record keyset, ${cursors ? 'cursors' : 'offsets only'}, ${newestFirst ? 'newest' : 'oldest'} first, rows up to ${spread} ms around their records`,
        make: (lines: readonly RawLine[], limit: number) =>
          keysetNative(lines, {
            limit: limit + 1,
            cursors,
            newestFirst,
            spread: spread * 1_200_000n,
            neighbours: Number(spread) % 4,
            runningLevel: 'debug',
          }),
      })),
    ),
  ),
];

async function readAll(
  native: FakeNative,
  direction: Direction,
  from: Position | null,
  hint: Hint | null,
): Promise<{ rows: Line[]; hints: (Hint | null)[] }> {
  const reached: { rows: Line[]; hints: (Hint | null)[] } = { rows: [], hints: [] };
  const request = { direction, from, hint, until: null, need: 5 };
  for await (const { rows, truncated } of native.partition().read(request, call)) {
    fc.pre(truncated === undefined);
    reached.rows.push(...rowsOf({ rows }));
    reached.hints.push(...rows.map(({ hint: own }) => own));
  }
  return reached;
}

const keysOf = (rows: readonly Line[]): string[] => rows.map((row) => `${row.time}/${row.tie}`);

/**
 * In a merge a partition gets the hint of the row that it took last. The reader may be at a row of another partition:
 * on either side of the hint once the reader has turned round, with new lines between.
 */
describe.each(schemes)('$name', ({ make }) => {
  test('continues from any place with the hint of any other place, whatever was added in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineArbitrary, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.record({ hinted: fc.nat(), at: fc.integer({ min: -1, max: 40 }), isRow: fc.boolean(), row: fc.nat() }),
        fc.array(lineArbitrary, { maxLength: 12 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.constantFrom<Direction>('forward', 'backward'),
        async (lines, limit, pick, late, seenIn, direction) => {
          const native = make(lines, limit);
          const seen = await readAll(native, seenIn, null, null);
          fc.pre(seen.rows.length > 0);
          const hint = seen.hints[pick.hinted % seen.rows.length] ?? null;
          const hinted = seen.rows[pick.hinted % seen.rows.length]!;
          const row = seen.rows[pick.row % seen.rows.length]!;
          // Within one instant of its own, a partition gets the hint of that very row.
          fc.pre(!pick.isRow || row === hinted || row.time !== hinted.time);
          const from = pick.isRow
            ? { time: row.time, tie: row.tie }
            : startOfInstant(START + BigInt(pick.at) * MILLISECOND);
          native.add(late);
          const expected = native.expected().filter((each) => isBeyond(each, from, direction));
          const rest = await readAll(native, direction, from, hint);
          expect(keysOf(rest.rows)).toEqual(keysOf(direction === 'forward' ? expected : expected.reverse()));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
