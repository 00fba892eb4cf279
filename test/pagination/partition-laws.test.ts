import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { comparePositions, isBeyond } from '../../src/domain/ordered.ts';
import type { Hint, Partition } from '../../src/pagination/core/partition.ts';
import { call, keysetNative, ladderBelow, offsetNative, timeNative, tokenNative, wholeNative } from './fake-natives.ts';
import type { FakeNative, Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const RUNS = process.env['DEEP'] === '1' ? 3_000 : 200;
const LEVELS = ['debug', 'info', 'warning', 'error'];

let counter = 0;

/** Lines with many ties: few distinct instants, some only nanoseconds apart, and few distinct texts. */
const lineArbitrary: fc.Arbitrary<RawLine> = fc
  .record({
    slot: fc.integer({ min: 0, max: 30 }),
    fine: fc.constantFrom(0n, 0n, 0n, 1n, 999n, 1_000n, 400_000n),
    text: fc.constantFrom('loading', 'step', 'step', 'done', 'retry'),
    level: fc.constantFrom(...LEVELS),
  })
  .map(({ slot, fine, text, level }) => {
    counter += 1;
    return {
      // Whole milliseconds apart, and seconds for some.
      time: 1_700_000_000_000_000_000n + BigInt(slot) * 1_000_000n + fine,
      id: `r${String(counter).padStart(9, '0')}`,
      text,
      level,
    };
  });

const linesArbitrary = fc.array(lineArbitrary, { maxLength: 120 });

/** Schemes whose vendor has the clock of milliseconds only get whole ones. */
function wholeMilliseconds(lines: readonly RawLine[]): RawLine[] {
  return lines.map((line) => ({ ...line, time: line.time - (line.time % 1_000_000n) }));
}

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
    name: 'page token, opaque and expiring',
    make: (lines, limit) => tokenNative(lines, { limit, addressable: false, expiring: true }),
  },
  {
    name: 'offset, time filter, ties ordered',
    make: (lines, limit) =>
      offsetNative(wholeMilliseconds(lines), { limit, timeFilter: true, total: true, tieOrdered: true }),
  },
  {
    name: 'offset, finer clock than its filter',
    make: (lines, limit) => offsetNative(lines, { limit, timeFilter: true, total: false, tieOrdered: true }),
  },
  {
    name: 'offset, silent cap, ties unordered',
    make: (lines, limit) =>
      offsetNative(wholeMilliseconds(lines), {
        limit: limit + 5,
        cap: limit,
        timeFilter: true,
        total: true,
        tieOrdered: false,
      }),
  },
  {
    name: 'offset, silent cap, ties unordered, first pages of several sizes',
    make: (lines, limit) =>
      offsetNative(wholeMilliseconds(lines), {
        limit: 3 * limit + 5,
        cap: 3 * limit,
        timeFilter: true,
        total: true,
        tieOrdered: false,
        ladder: ladderBelow(3 * limit + 5, limit + lines.length),
      }),
  },
  {
    name: 'offset, finer clock than its filter, first pages of several sizes',
    make: (lines, limit) =>
      offsetNative(lines, {
        limit: 5 * limit,
        timeFilter: true,
        total: false,
        tieOrdered: true,
        ladder: ladderBelow(5 * limit, limit + lines.length),
      }),
  },
  {
    name: 'offset, no filter',
    make: (lines, limit) => offsetNative(lines, { limit, timeFilter: false, total: true, tieOrdered: true }),
  },
  {
    name: 'offset, no filter, no total, silent cap',
    make: (lines, limit) =>
      offsetNative(lines, { limit: limit + 3, cap: limit, timeFilter: false, total: false, tieOrdered: false }),
  },
  {
    name: 'offset, filter ignored',
    make: (lines, limit) =>
      offsetNative(lines, { limit, timeFilter: true, ignoresFilter: true, total: true, tieOrdered: true }),
  },
  {
    name: 'record keyset, newest first',
    make: (lines, limit) => keysetNative(lines, { limit, cursors: true, newestFirst: true }),
  },
  {
    name: 'record keyset, oldest first',
    make: (lines, limit) => keysetNative(lines, { limit, cursors: true, newestFirst: false }),
  },
  {
    name: 'record keyset, offsets only, newest first',
    make: (lines, limit) => keysetNative(lines, { limit: limit + 1, cursors: false, newestFirst: true }),
  },
  {
    name: 'record keyset, offsets only, oldest first',
    make: (lines, limit) => keysetNative(lines, { limit: limit + 1, cursors: false, newestFirst: false }),
  },
  {
    name: 'record keyset, rows around their records',
    make: (lines, limit) => keysetNative(lines, { limit, cursors: true, newestFirst: true, spread: 6_000_000n }),
  },
  {
    name: 'record keyset, rows around their records and a reach of neighbours, offsets only',
    make: (lines, limit) =>
      keysetNative(lines, { limit: limit + 1, cursors: false, newestFirst: true, spread: 3_000_000n, neighbours: 3 }),
  },
  ...[true, false].map((cursors) => ({
    name: `record keyset, rows around their records, first pages of several sizes${cursors ? '' : ', offsets only'}`,
    make: (lines: readonly RawLine[], limit: number) =>
      keysetNative(lines, {
        limit: 5 * limit + 5,
        cursors,
        newestFirst: true,
        spread: 3_000_000n,
        neighbours: 3,
        ladder: ladderBelow(5 * limit + 5, limit + lines.length),
      }),
  })),
  { name: 'time keyset', make: (lines, limit) => timeNative(lines, { limit: limit + 20, levels: LEVELS }) },
  {
    name: 'time keyset, first pages of several sizes',
    make: (lines, limit) =>
      timeNative(lines, { limit: limit + 20, levels: LEVELS, ladder: ladderBelow(limit + 20, limit + lines.length) }),
  },
  { name: 'whole response', make: (lines) => wholeNative(lines, (all) => all.reverse()) },
];

interface Reached {
  readonly rows: Line[];
  readonly hints: (Hint | null)[];
  readonly truncated: boolean;
}

async function readAll(
  partition: Partition<Line>,
  direction: Direction,
  from: Position | null,
  hint: Hint | null,
  until: Position | null = null,
  need = 7,
): Promise<Reached> {
  const reached: { rows: Line[]; hints: (Hint | null)[]; truncated: boolean } = {
    rows: [],
    hints: [],
    truncated: false,
  };
  for await (const batch of partition.read({ direction, from, hint, until, need, prefetch: true }, call)) {
    reached.rows.push(...rowsOf(batch));
    reached.hints.push(...batch.rows.map(({ hint }) => hint));
    reached.truncated ||= batch.truncated !== undefined;
  }
  return reached;
}

const keyOf = (row: Line): string => `${row.time}/${row.tie}`;
const keysOf = (rows: readonly Line[]): string[] => rows.map(keyOf);

describe.each(schemes)('$name', ({ make }) => {
  const limitArbitrary = fc.integer({ min: 1, max: 12 });
  const needArbitrary = fc.constantFrom(1, 3, 7, 7, 20);

  test('gives every row once, in order, forwards and backwards', async () => {
    await fc.assert(
      fc.asyncProperty(linesArbitrary, limitArbitrary, needArbitrary, async (lines, limit, need) => {
        const native = make(lines, limit);
        const forward = await readAll(native.partition(), 'forward', null, null, null, need);
        fc.pre(!forward.truncated);
        const expected = keysOf(native.expected());
        expect(keysOf(forward.rows)).toEqual(expected);
        const backward = await readAll(native.partition(), 'backward', null, null, null, need);
        expect(keysOf(backward.rows)).toEqual([...expected].reverse());
      }),
      { numRuns: RUNS },
    );
  });

  test('continues from any row, in both directions, with its hint, without a hint, and with a hint from before the log grew', async () => {
    await fc.assert(
      fc.asyncProperty(
        linesArbitrary,
        limitArbitrary,
        fc.nat(),
        fc.array(lineArbitrary, { maxLength: 30 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.constantFrom('hint', 'none', 'nonsense'),
        needArbitrary,
        async (lines, limit, pick, added, seenIn, direction, hinting, need) => {
          fc.pre(lines.length > 0);
          const native = make(lines, limit);
          const seen = await readAll(native.partition(), seenIn, null, null, null, need);
          fc.pre(!seen.truncated);
          const index = pick % seen.rows.length;
          const row = seen.rows[index]!;
          const from = { time: row.time, tie: row.tie };
          native.add(added);
          const hint =
            hinting === 'hint' ? (seen.hints[index] ?? null) : hinting === 'nonsense' ? [3, 4, 'x', null, 1] : null;
          const rest = await readAll(native.partition(), direction, from, hint, null, need);
          fc.pre(!rest.truncated);
          const expected = native.expected().filter((each) => isBeyond(each, from, direction));
          expect(keysOf(rest.rows)).toEqual(keysOf(direction === 'forward' ? expected : expected.reverse()));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('stops before a given position and gives nothing at or beyond it', async () => {
    await fc.assert(
      fc.asyncProperty(
        linesArbitrary,
        limitArbitrary,
        fc.nat(),
        fc.nat(),
        needArbitrary,
        async (lines, limit, a, b, need) => {
          const native = make(lines, limit);
          const expected = native.expected();
          fc.pre(expected.length > 1);
          const [low, high] = [a % expected.length, b % expected.length].sort((x, y) => x - y) as [number, number];
          const [from, until] = [expected[low]!, expected[high]!];
          const forward = await readAll(native.partition(), 'forward', from, null, until, need);
          fc.pre(!forward.truncated);
          expect(keysOf(forward.rows)).toEqual(keysOf(expected.slice(low + 1, Math.max(low + 1, high))));
          const backward = await readAll(native.partition(), 'backward', until, null, from, need);
          expect(keysOf(backward.rows)).toEqual(keysOf(expected.slice(low + 1, Math.max(low + 1, high))).reverse());
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('neither loses nor repeats existing lines while new and late lines arrive between its pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        linesArbitrary,
        limitArbitrary,
        fc.array(fc.array(lineArbitrary, { maxLength: 4 }), { maxLength: 8 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        needArbitrary,
        async (lines, limit, arrivals, direction, need) => {
          const native = make(lines, limit);
          const before = native.expected();
          const pending = [...arrivals];
          const rows: Line[] = [];
          const request = { direction, from: null, hint: null, until: null, need };
          for await (const batch of native.partition().read(request, call)) {
            rows.push(...rowsOf(batch));
            fc.pre(batch.truncated === undefined);
            native.add(pending.shift() ?? []);
          }
          const sign = direction === 'forward' ? 1 : -1;
          for (let i = 1; i < rows.length; i += 1)
            expect(comparePositions(rows[i - 1]!, rows[i]!) * sign).toBeLessThan(0);
          const seen = new Map<string, number>();
          for (const row of rows) seen.set(keyOf(row), (seen.get(keyOf(row)) ?? 0) + 1);
          for (const row of before) expect(seen.get(keyOf(row)) ?? 0).toBe(1);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('counts', async () => {
    await fc.assert(
      fc.asyncProperty(linesArbitrary, limitArbitrary, async (lines, limit) => {
        const native = make(lines, limit);
        const count = await native.partition().count(call);
        if (count !== null) expect(count).toBe(native.expected().length);
      }),
      { numRuns: 50 },
    );
  });
});
