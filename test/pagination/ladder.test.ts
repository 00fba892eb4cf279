import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { AnswerTooLarge } from '../../src/domain/errors.ts';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { isBeyond } from '../../src/domain/ordered.ts';
import { FirstPage, sizeAround, sizeAtEnd, sizeFor } from '../../src/pagination/core/ladder.ts';
import type { Ladder } from '../../src/pagination/core/ladder.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { Hint, Partition } from '../../src/pagination/core/partition.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { ladderBelow } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const LADDER: Ladder = { sizes: [25, 40, 64, 90], ahead: 20 };
const RUNS = process.env['DEEP'] === '1' ? 5_000 : 300;

interface Settings {
  readonly ladder?: Ladder | undefined;
  readonly most?: number;
  /** More rows than that are too large an answer. */
  readonly fits?: number;
}

interface Vendor {
  readonly partition: Partition<Line>;
  /** What was asked for: `page x rows`. */
  readonly asked: string[];
}

function linesAt(times: readonly number[]): RawLine[] {
  return times.map((time, index) => ({ time: BigInt(time), id: `${index}`, text: `line ${index}`, level: '' }));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function vendor(lines: readonly RawLine[], { ladder = LADDER, most = 1_000, fits = most }: Settings = {}): Vendor {
  const asked: string[] = [];
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(most),
    ladder,
    identity: { by: 'content', of: ({ text }) => [text] },
    maxWalk: 1_000,
    isTokenRefused: () => false,
    address: { pageOf: Number, tokenOf: String },
    fetch: (token, rows) => {
      asked.push(`${token ?? 1} x ${rows}`);
      if (rows > fits) throw new AnswerTooLarge('made-up', 'one', 64);
      const page = Number(token ?? 1);
      const data = lines.slice((page - 1) * rows, page * rows).map((line) => ({ ...line }));
      return Promise.resolve({
        rows: data,
        total: lines.length,
        next: page * rows < lines.length ? `${page + 1}` : null,
      });
    },
  });
  return { partition, asked };
}

interface Given {
  readonly rows: Line[];
  readonly hints: (Hint | null)[];
  readonly truncated: string[];
}

/** Takes `need` rows or a few more, as a page of a connection does. */
async function take(
  { partition }: Vendor,
  direction: Direction,
  need: number,
  from: Position | null = null,
  hint: Hint | null = null,
  most = need,
): Promise<Given> {
  const given: Given = { rows: [], hints: [], truncated: [] };
  const request = { direction, from, hint, until: null, need };
  for await (const { rows, more, truncated } of partition.read(request, createCall())) {
    given.rows.push(...rowsOf({ rows }));
    given.hints.push(...rows.map(({ hint: own }) => own));
    if (truncated !== undefined) given.truncated.push(truncated);
    if (given.rows.length >= most && more !== null) break;
  }
  return given;
}

describe('a page that is just large enough', () => {
  test('has 40 rows for the first 20', async () => {
    const log = vendor(linesAt(upTo(3_000)));
    expect((await take(log, 'forward', 20)).rows.map(({ time }) => Number(time))).toEqual(upTo(20));
    expect(log.asked).toEqual(['1 x 40']);
  });

  test('is located by the hint of the last row, at a size that holds all needed rows on one page', async () => {
    const lines = linesAt(upTo(3_000));
    let { rows, hints } = await take(vendor(lines), 'forward', 20);
    const asked: string[] = [];
    for (let page = 1; page < 6; page += 1) {
      const log = vendor(lines);
      ({ rows, hints } = await take(log, 'forward', 20, rows[19], hints[19]));
      expect(rows.slice(0, 20).map(({ time }) => Number(time))).toEqual(upTo(20).map((index) => 20 * page + index));
      asked.push(...log.asked);
    }
    expect(asked).toEqual(['1 x 64', '1 x 90', '1 x 1000', '1 x 1000', '1 x 1000']);
  });

  test('is the last page for the last 20 rows, once the first page has told the total', async () => {
    const log = vendor(linesAt(upTo(3_000)));
    const { rows } = await take(log, 'backward', 20);
    expect(rows.map(({ time }) => Number(time))).toEqual(upTo(20).map((index) => 2_999 - index));
    expect(log.asked).toEqual(['1 x 1000', '75 x 40']);
  });

  test('is requested directly at the end once the total is known', async () => {
    const lines = linesAt(upTo(3_000));
    const log = vendor(lines);
    await take(log, 'forward', 20);
    const newest = async () => (await take(log, 'backward', 20)).rows.slice(0, 20).map(({ time }) => Number(time));
    expect(await newest()).toEqual(upTo(20).map((index) => 2_999 - index));
    lines.push(...linesAt(upTo(100).map((index) => 3_000 + index)));
    expect(await newest()).toEqual(upTo(20).map((index) => 3_099 - index));
    lines.splice(45);
    expect(await newest()).toEqual(upTo(20).map((index) => 44 - index));
    expect(await newest()).toEqual(upTo(20).map((index) => 44 - index));
    expect(log.asked.slice(1)).toEqual(['75 x 40', '75 x 40', '35 x 90', '35 x 90', '1 x 1000', '1 x 64']);
  });

  test('shows the newest rows while lines are added and deleted, whatever length was remembered', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(times, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.record({ most: fc.integer({ min: 1, max: 60 }), seed: fc.integer({ min: 1, max: 6 }) }),
        async (states, need, { most, seed }) => {
          const lines: RawLine[] = [];
          const log = vendor(lines, { most, ladder: ladderBelow(most, seed) });
          for (const state of states) {
            lines.splice(0, lines.length, ...linesAt(state.toSorted((a, b) => a - b)));
            const { rows } = await take(log, 'backward', need);
            const all = await take(vendor(lines), 'backward', 1_000, null, null, Infinity);
            const expected = all.rows.slice(0, rows.length).map(({ text }) => text);
            expect(rows.map(({ text }) => text)).toEqual(expected);
            expect(rows.length).toBeGreaterThanOrEqual(Math.min(need, lines.length));
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('has another size if the last page of that size has too few rows', async () => {
    const log = vendor(linesAt(upTo(3_001)));
    expect((await take(log, 'backward', 20)).rows).toHaveLength(20);
    expect(log.asked).toEqual(['1 x 1000', '47 x 64']);
  });

  test('is the usual page if more rows are needed than the largest size holds', async () => {
    const log = vendor(linesAt(upTo(3_000)));
    await take(log, 'forward', 500);
    expect(log.asked).toEqual(['1 x 1000']);
  });

  test('is followed by pages of the usual size if a group of ties does not fit on it', async () => {
    const log = vendor(linesAt([...upTo(10), ...Array.from({ length: 61 }, () => 10), ...upTo(30).map((n) => 11 + n)]));
    expect((await take(log, 'forward', 20)).rows).toHaveLength(101);
    expect(log.asked).toEqual(['1 x 40', '1 x 1000']);
  });

  test('is replaced by the usual page if it is out of order, and the log has no small pages from then on', async () => {
    const log = vendor(linesAt([...upTo(30), 3, ...upTo(60).map((n) => 30 + n)]));
    const { rows } = await take(log, 'forward', 20);
    expect(rows.slice(0, 5).map(({ time }) => Number(time))).toEqual([0, 1, 2, 3, 3]);
    await take(log, 'forward', 20);
    expect(log.asked).toEqual(['1 x 40', '1 x 1000', '1 x 1000']);
  });

  test.each([
    ['forward', [...upTo(60), 3, ...upTo(200).map((n) => 60 + n)]],
    ['backward', [...upTo(200), 255, ...upTo(60).map((n) => 200 + n)]],
  ] as const)('reports a line that the page before should have had (%s)', async (direction, times) => {
    const lines = linesAt(times);
    const shown = new Set<string>();
    const said: string[] = [];
    let before: Given = { rows: [], hints: [], truncated: [] };
    for (let page = 0; page < 6; page += 1) {
      before = await take(
        vendor(lines, { most: 100 }),
        direction,
        20,
        before.rows.at(-1) ?? null,
        before.hints.at(-1) ?? null,
      );
      for (const { text } of before.rows) shown.add(text);
      said.push(...before.truncated);
    }
    if (!shown.has(direction === 'forward' ? 'line 60' : 'line 200')) expect(said).not.toEqual([]);
    else expect(said).toEqual([]);
  });

  test('is requested again with fewer rows if the answer is too large', async () => {
    const log = vendor(linesAt(upTo(200)), { fits: 10 });
    expect((await take(log, 'forward', 20, null, null, 20)).rows.length).toBeGreaterThanOrEqual(20);
    expect(log.asked).toEqual(['1 x 40', '1 x 20', '1 x 10', '2 x 10', '3 x 10']);
  });

  test('serves cursors that were made with any other ladder, or none, while lines arrive', async () => {
    const ladderArbitrary = fc.option(
      fc.record({ limit: fc.integer({ min: 1, max: 40 }), seed: fc.integer({ min: 1, max: 6 }) }),
    );
    const times = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 }),
        fc.tuple(ladderArbitrary, ladderArbitrary),
        fc.tuple(fc.constantFrom<Direction>('forward', 'backward'), fc.constantFrom<Direction>('forward', 'backward')),
        fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.nat()),
        async (slots, late, [first, second], [seenIn, direction], [need, then, pick]) => {
          const settings = [first, second].map((drawn): Settings => ({
            most: drawn?.limit ?? 7,
            ladder: ladderBelow(drawn?.limit ?? 1, drawn?.seed ?? 0),
          }));
          const lines = linesAt(slots).sort((a, b) => Number(a.time - b.time));
          const seen = await take(vendor(lines, settings[0]), seenIn, need, null, null, Infinity);
          expect(seen.rows).toHaveLength(lines.length);
          const at = pick % seen.rows.length;
          const { time, tie } = seen.rows[at]!;
          const grown = linesAt([...slots, ...late]).sort((a, b) => Number(a.time - b.time));
          const log = vendor(grown, settings[1]);
          const rest = await take(log, direction, then, { time, tie }, seen.hints[at], Infinity);
          const all = await take(vendor(grown, { most: 1_000 }), direction, 1_000, null, null, Infinity);
          const expected = all.rows.filter((row) => isBeyond(row, { time, tie }, direction));
          expect(rest.rows.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('the size of a page', () => {
  test('is the smallest that holds the wanted rows', () => {
    expect([1, 25, 26, 90, 91].map((wanted) => sizeFor(wanted, LADDER, 1_000))).toEqual([25, 25, 40, 90, 1_000]);
    expect(sizeFor(30, LADDER, 33)).toBe(33);
  });

  test('around some rows is the smallest with all of them on one page, below the largest', () => {
    expect(sizeAround(0, 24, LADDER, 1_000)).toBe(25);
    expect(sizeAround(20, 30, LADDER, 1_000)).toBe(40);
    expect(sizeAround(63, 91, LADDER, 1_000)).toBe(null);
    expect(sizeAround(0, 50, LADDER, 64)).toBe(null);
  });

  test('at the end is the smallest whose last page has enough rows, or else the one that has most', () => {
    expect(sizeAtEnd(80, 40, LADDER, 1_000)).toBe(40);
    expect(sizeAtEnd(81, 40, LADDER, 1_000)).toBe(90);
    expect(sizeAtEnd(2_001, 400, LADDER, 1_000)).toBe(90);
  });

  test('of the first page is one for all windows of a call that ask in the same moment', async () => {
    const [log, call] = [{}, createCall()];
    const sizes = await Promise.all([40, 90, 25].map((rows) => FirstPage.of(log, call).size(rows)));
    expect(sizes).toEqual([90, 90, 90]);
    expect(await FirstPage.of(log, call).size(40)).toBe(90);
    expect(await FirstPage.of(log, createCall()).size(40)).toBe(40);
  });
});
