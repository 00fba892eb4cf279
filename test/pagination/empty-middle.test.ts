import { describe, expect, test } from 'vitest';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';
import type { Ladder } from '../../src/pagination/core/ladder.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { Hint, IdIdentity, Partition } from '../../src/pagination/core/partition.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { call } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';

/** Lists of 95 rows on pages of 10, some of which come without any row. */

const COUNT = 95;
const SIZE = 10;
const SECOND = 1_000_000_000n;
const START = 1_800_000_000n * SECOND;
/** Most calls of one read: each page twice, and some. */
const MOST_CALLS = 40;

const LADDER: Ladder = { sizes: [4, 6], ahead: 1 };

const identity: IdIdentity<Line> = { by: 'id', of: ({ id }) => id };

const LINES: readonly RawLine[] = Array.from({ length: COUNT }, (_, index) => ({
  id: `n${String(index).padStart(2, '0')}`,
  time: START + BigInt(index) * SECOND,
  text: `line ${index}`,
  level: 'INFO',
}));
const ALL = LINES.map(({ id }) => id);

interface Hole {
  /** The places of the rows that do not come. */
  readonly from: number;
  readonly to: number;
  /** True: they come when they are requested again. */
  readonly heals: boolean;
}

interface Native {
  readonly partition: Partition<Line>;
  readonly resetCalls: () => void;
}

type Made = (hole: Hole) => Native;

/** Gives pages, and counts the calls. */
function pagesOf({ from, to, heals }: Hole) {
  let [calls, asked] = [0, 0];
  return {
    resetCalls: () => {
      calls = 0;
    },
    page: (start: number, limit: number): RawLine[] => {
      calls += 1;
      if (calls > MOST_CALLS) throw new Error('asked too often');
      const isHole = start >= from && start < to;
      if (isHole) asked += 1;
      return isHole && !(heals && asked > 1) ? [] : LINES.slice(start, start + limit).map((line) => ({ ...line }));
    },
  };
}

/** What a page says beside its rows. */
interface Sayings {
  readonly isNumbered: boolean;
  /** `filled`: a page without rows names none. */
  readonly names: 'all' | 'filled' | 'none';
  readonly total: number | null;
  /** The count on a page without rows. */
  readonly emptyTotal: number | null;
  readonly ladder?: Ladder;
}

function byToken({ isNumbered, names, total, emptyTotal, ladder }: Sayings): Made {
  return (hole) => {
    const { page, resetCalls } = pagesOf(hole);
    const partition = pageTokenPartition<Line>({
      key: '',
      source: 'made-up',
      size: new PageSize(SIZE),
      identity,
      maxWalk: 50,
      isTokenRefused: () => false,
      address: isNumbered ? { pageOf: Number, tokenOf: String } : undefined,
      ladder,
      fetch(token, limit) {
        const at = token === null ? 1 : Number(token);
        const rows = page((at - 1) * limit, limit);
        const isNamed = names === 'all' || (names === 'filled' && rows.length > 0);
        const next = at * limit < COUNT && isNamed ? String(at + 1) : null;
        return Promise.resolve({ rows, total: rows.length > 0 ? total : emptyTotal, next });
      },
    });
    return { partition, resetCalls };
  };
}

interface Read {
  readonly ids: readonly string[];
  /** What was reported as missing. */
  readonly said: readonly string[];
  readonly hints: ReadonlyMap<string, Hint | null>;
}

async function read(
  partition: Partition<Line>,
  direction: Direction,
  from: Position | null,
  { hint = null, need = 1_000, most = 1_000 }: { hint?: Hint | null; need?: number; most?: number } = {},
): Promise<Read> {
  const ids: string[] = [];
  const said: string[] = [];
  const hints = new Map<string, Hint | null>();
  try {
    for await (const batch of partition.read({ direction, from, hint, until: null, need }, call)) {
      ids.push(...rowsOf(batch).map(({ id }) => id));
      for (const { row, hint: own } of batch.rows) hints.set(row.id, own);
      if (batch.truncated !== undefined) said.push(batch.truncated);
      if (ids.length >= most) break;
    }
  } catch (error) {
    if (error instanceof Error && error.message === 'asked too often') throw error;
    said.push(String(error));
  }
  return { ids, said, hints };
}

const SCHEMES: readonly (readonly [string, Made])[] = (
  [
    ['page numbers', true],
    ['opaque tokens', false],
  ] as const
).flatMap(([scheme, isNumbered]) =>
  (isNumbered ? (['all', 'filled', 'none'] as const) : (['all', 'filled'] as const)).flatMap((names) =>
    (
      [
        ['a count', COUNT, COUNT],
        ['a count, but not on empty pages', COUNT, null],
        ['a count, which is 0 on empty pages', COUNT, 0],
        ['no count', null, null],
      ] as const
    )
      // Nothing shows that this list goes on.
      .filter(([, total]) => names !== 'none' || total !== null)
      .flatMap(([counts, total, emptyTotal]) => {
        const who = { all: 'each page', filled: 'each page with rows', none: 'no page' }[names];
        const name = `${scheme}, where ${who} names the next, and ${counts}`;
        const sayings = { isNumbered, names, total, emptyTotal };
        return [
          [name, byToken(sayings)],
          ...(isNumbered
            ? [[`${name}, in smaller pages where few rows are needed`, byToken({ ...sayings, ladder: LADDER })]]
            : []),
        ] as [string, Made][];
      }),
  ),
);

const HOLES = [
  [10, 20],
  [20, 30],
  [40, 60],
  [80, 90],
  [20, 70],
].flatMap(([from, to]) => [false, true].map((heals) => ({ from: from!, to: to!, heals })));

function placeOf(at: number): Position {
  const { time, id } = LINES[at]!;
  return { time, tie: id };
}

describe.each(SCHEMES)('a list paged by %s, with empty pages in its middle', (_, made) => {
  test.each(['forward', 'backward'] as const)('is given whole or reported as incomplete, %s', async (direction) => {
    const all = direction === 'forward' ? ALL : ALL.toReversed();
    const silent: string[] = [];
    for (const hole of HOLES) {
      for (const at of [null, 5, 15, 25, 35, 55, 75, 92]) {
        const wanted = all.slice(at === null ? 0 : all.indexOf(ALL[at]!) + 1);
        const { ids, said } = await read(made(hole).partition, direction, at === null ? null : placeOf(at));
        expect(ids).toEqual(wanted.filter((id) => ids.includes(id)));
        if (said.length === 0 && ids.length < wanted.length)
          silent.push(`${JSON.stringify(hole)}, from ${at}: ${ids.length} of ${wanted.length} rows`);
      }
    }
    expect(silent).toEqual([]);
  });

  test.each(['forward', 'backward'] as const)('is walked in small pages of a client, %s', async (direction) => {
    const all = direction === 'forward' ? ALL : ALL.toReversed();
    const silent: string[] = [];
    for (const hole of HOLES) {
      for (const size of [3, 7, 25]) {
        const { partition, resetCalls } = made(hole);
        const came: string[] = [];
        let isSaid = false;
        let from: Position | null = null;
        let hint: Hint | null = null;
        for (let pages = 0; pages < COUNT; pages += 1) {
          resetCalls();
          const { ids, said, hints } = await read(partition, direction, from, { hint, need: size, most: size });
          isSaid ||= said.length > 0;
          const taken = ids.slice(0, size);
          came.push(...taken);
          const last = taken.at(-1);
          if (last === undefined) break;
          from = placeOf(ALL.indexOf(last));
          hint = hints.get(last) ?? null;
        }
        expect(came).toEqual(all.filter((id) => came.includes(id)));
        if (!isSaid && came.length < COUNT)
          silent.push(`${JSON.stringify(hole)}, ${size} each: ${came.length} of ${COUNT} rows`);
      }
    }
    expect(silent).toEqual([]);
  });
});
