import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { comparePositions, isBeyond } from '../../src/domain/ordered.ts';
import { chaptersPartition, unreadablePartition } from '../../src/pagination/chapters/chapters.ts';
import type { Chapter } from '../../src/pagination/chapters/chapters.ts';
import type { Hint, Partition } from '../../src/pagination/core/partition.ts';
import { call, tokenNative } from './fake-natives.ts';
import type { FakeNative, Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const RUNS = process.env['DEEP'] === '1' ? 3_000 : 200;
const SLACK = 5n;
const LIMIT = 3;

interface Told {
  readonly natives: readonly FakeNative[];
  /** A new one each time: nothing is remembered between reads. */
  partition(): Partition<Line>;
  expected(): Line[];
}

/** Chapters that begin at these instants, with lines at these instants; null: the beginning is unknown. */
function tell(chapters: readonly { readonly beganAt: bigint | null; readonly times: readonly bigint[] }[]): Told {
  const natives = chapters.map(({ times }, chapter) =>
    tokenNative(times.map(lineOf(chapter)), { limit: LIMIT, addressable: true }),
  );
  return {
    natives,
    partition: () =>
      chaptersPartition({
        key: '',
        slack: SLACK,
        chapters: natives.map((native, index) => ({
          key: `c${index}`,
          beganAt: chapters[index]?.beganAt ?? null,
          partition: native.partition(),
        })),
      }),
    expected: () => natives.flatMap((native) => native.expected()).sort(comparePositions),
  };
}

function lineOf(chapter: number): (time: bigint) => RawLine {
  return (time) => ({ time, id: '', text: `of ${chapter}`, level: 'info' });
}

/** Beginnings that ascend, and lines that keep to them but for the slack. */
const toldArbitrary: fc.Arbitrary<Told> = fc
  .array(
    fc.record({
      length: fc.bigInt({ min: 0n, max: 40n }),
      isDated: fc.boolean(),
      places: fc.array(fc.tuple(fc.bigInt({ min: -5n, max: 5n }), fc.nat(40)), { maxLength: 14 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) => {
    let end = 1_000n;
    const chapters = drawn.map(({ length, isDated, places }) => {
      const began = end;
      end += length;
      const times = places.map(([off, at]) => {
        const time = began + (length === 0n ? 0n : BigInt(at) % length);
        return time + off;
      });
      return { beganAt: isDated ? began : null, times };
    });
    return tell(chapters);
  });

const directionArbitrary = fc.constantFrom<Direction>('forward', 'backward');

async function readAll(
  partition: Partition<Line>,
  direction: Direction,
  from: Position | null = null,
  hint: Hint | null = null,
  until: Position | null = null,
): Promise<{ rows: Line[]; hints: (Hint | null)[] }> {
  const reached: { rows: Line[]; hints: (Hint | null)[] } = { rows: [], hints: [] };
  let more: boolean | null = null;
  for await (const batch of partition.read({ direction, from, hint, until, need: 7, prefetch: true }, call)) {
    expect(more).not.toBe(false);
    reached.rows.push(...rowsOf(batch));
    reached.hints.push(...batch.rows.map(({ hint }) => hint));
    ({ more } = batch);
  }
  expect(more).toBe(false);
  return reached;
}

const placeOf = ({ time, tie, text }: Line): string => `${time}/${tie}/${text}`;
const placesOf = (rows: readonly Line[]): string[] => rows.map(placeOf);
const turned = <T>(rows: readonly T[], direction: Direction): T[] =>
  direction === 'forward' ? [...rows] : [...rows].reverse();

describe('a log in chapters', () => {
  test('gives the rows of all chapters once and in order, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(toldArbitrary, directionArbitrary, async (told, direction) => {
        const { rows } = await readAll(told.partition(), direction);
        expect(placesOf(rows)).toEqual(placesOf(turned(told.expected(), direction)));
        expect(await told.partition().count(call)).toBe(told.expected().length);
      }),
      { numRuns: RUNS },
    );
  });

  test('continues from any row to any other, in both directions, with its hint, without a hint and with a nonsense hint', async () => {
    await fc.assert(
      fc.asyncProperty(
        toldArbitrary,
        fc.nat(),
        fc.nat(),
        directionArbitrary,
        directionArbitrary,
        fc.constantFrom('hint', 'none', 'nonsense'),
        async (told, pick, end, seenIn, direction, hinting) => {
          const expected = told.expected();
          fc.pre(expected.length > 1);
          const seen = await readAll(told.partition(), seenIn);
          const from = seen.rows[pick % expected.length]!;
          const until = expected[end % expected.length]!;
          const hints: Record<typeof hinting, Hint> = {
            hint: seen.hints[pick % expected.length]!,
            none: null,
            nonsense: [['c0', 3], 'c1', [7], ['gone', [1, 2]]],
          };
          const { rows } = await readAll(told.partition(), direction, from, hints[hinting], until);
          const wanted = turned(expected, direction).filter(
            (row) =>
              isBeyond(row, from, direction) && isBeyond(row, until, direction === 'forward' ? 'backward' : 'forward'),
          );
          expect(placesOf(rows)).toEqual(placesOf(wanted));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('reads only chapters that can have wanted rows', async () => {
    const first = Array.from({ length: 9 }, (_, index) => 100n + BigInt(index));
    const second = Array.from({ length: 9 }, (_, index) => 200n + BigInt(index));
    const told = tell([
      { beganAt: 100n, times: first },
      { beganAt: 200n, times: second },
    ]);
    const calls = (): number[] => told.natives.map((native) => native.calls());
    await readAll(told.partition(), 'forward', { time: 206n, tie: '' });
    expect(calls()[0]).toBe(0);
    for (const native of told.natives) native.resetCalls();
    await readAll(told.partition(), 'backward', { time: 103n, tie: '' });
    expect(calls()[1]).toBe(0);
    for (const native of told.natives) native.resetCalls();
    const ahead = told.partition().read({ direction: 'forward', from: null, hint: null, until: null, need: 3 }, call);
    expect((await ahead.next()).value).toMatchObject({ more: true });
    expect(calls()[1]).toBe(0);
    await ahead.return(undefined);
  });

  test('reports a deleted chapter, and gives the others', async () => {
    const { natives } = tell([
      { beganAt: 100n, times: [100n] },
      { beganAt: 200n, times: [200n] },
    ]);
    const gone = new TributaryError('NOT_FOUND', 'gone');
    const chapters: Chapter<Line>[] = natives.map((native, index) => ({
      key: `c${index}`,
      beganAt: null,
      partition: index === 0 ? failing(gone) : native.partition(),
    }));
    const options = { key: '', slack: SLACK, chapters };
    const sayer = chaptersPartition({ ...options, goneBy: (error) => (error === gone ? 'it is gone' : null) });
    const batches = [];
    for await (const batch of sayer.read(
      { direction: 'forward', from: null, hint: null, until: null, need: 7 },
      call,
    )) {
      batches.push({ texts: rowsOf(batch).map(({ text }) => text), truncated: batch.truncated });
    }
    expect(batches).toEqual([
      { texts: [], truncated: 'it is gone' },
      { texts: ['of 1'], truncated: undefined },
    ]);
    await expect(readAll(chaptersPartition(options), 'forward')).rejects.toBe(gone);
  });
});

describe('a chapter that cannot be read', () => {
  const [native] = tell([{ beganAt: 200n, times: [200n, 201n, 202n, 203n] }]).natives;
  const partition = (): Partition<Line> =>
    chaptersPartition<Line>({
      key: '',
      slack: 0n,
      chapters: [
        { key: 'lost', beganAt: null, partition: unreadablePartition('lost') },
        { key: 'here', beganAt: 199n, partition: native!.partition() },
      ],
    });

  async function said(direction: Direction, from: bigint | null): Promise<unknown[]> {
    const request = {
      direction,
      from: from === null ? null : { time: from, tie: '' },
      hint: null,
      until: null,
      need: 7,
    };
    const out: unknown[] = [];
    for await (const { rows, truncated } of partition().read(request, call)) {
      if (truncated !== undefined) out.push(truncated);
      out.push(...rowsOf({ rows }).map(({ time }) => time));
    }
    return out;
  }

  test('is reported at its place in the log', async () => {
    expect(await said('forward', null)).toEqual(['lost', 200n, 201n, 202n, 203n]);
    expect(await said('forward', 150n)).toEqual(['lost', 200n, 201n, 202n, 203n]);
    expect(await said('backward', null)).toEqual([203n, 202n, 201n, 200n, 'lost']);
    expect(await partition().count(call)).toBeNull();
  });

  test('is not reported to a reader that starts after it', async () => {
    expect(await said('forward', 201n)).toEqual([201n, 202n, 203n]);
  });
});

test.each([true, undefined])(
  'only the chapter that contradicts itself reports a contradiction (%s)',
  async (contradicts) => {
    const partition: Partition<Line> = {
      ...unreadablePartition<Line>(''),
      // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
      async *read() {
        yield { rows: [], more: false, pages: 1, truncated: 'what is missing', contradicts };
      },
    };
    const read = chaptersPartition<Line>({ key: '', slack: 0n, chapters: [{ key: 'c', beganAt: null, partition }] });
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 1 } as const;
    const found: unknown[] = [];
    for await (const batch of read.read(request, call)) found.push([batch.truncated, batch.contradicts]);
    expect(found).toEqual([['what is missing', contradicts]]);
  },
);

function failing(error: Error): Partition<Line> {
  return {
    key: '',
    // eslint-disable-next-line require-yield, @typescript-eslint/require-await
    async *read() {
      throw error;
    },
    count: () => Promise.reject(error),
  };
}
