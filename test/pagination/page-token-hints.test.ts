import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { hasCode } from '../../src/domain/errors.ts';
import type { Direction } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import type { Partition, Unplaced } from '../../src/pagination/core/partition.ts';
import type { Line } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

/**
 * Vendors with page tokens whose hints are wrong: each line comes once, or what is missing is reported, in a bounded number
 * of calls, in both directions.
 */

const COUNT = 250;
const LIMIT = 20;
const MILLISECOND = 1_000_000n;
const START = 1_700_000_000n * 1_000n * MILLISECOND;

/** 1.7 lines a millisecond, some of one instant. */
const LINES: readonly Unplaced<Line>[] = Array.from({ length: COUNT }, (_, index) => ({
  id: `n${String(index).padStart(4, '0')}`,
  time: START + BigInt(Math.floor(index / 2)) * 1_200_000n,
  text: `line ${index}`,
  level: 'INFO',
}));

class AskedTooOften extends Error {}

interface Lie {
  readonly total?: (read: number) => number | null;
  readonly next?: (page: number, isLast: boolean) => string | null;
  readonly lines?: readonly Unplaced<Line>[];
  readonly ignoresToken?: boolean;
  /** Rows on a page, where the vendor cuts down what it is asked for without a word. */
  readonly cap?: number;
}

function vendor(
  lie: Lie,
  addressable: boolean,
  mostCalls: number,
): { partition: Partition<Line>; calls: () => number } {
  const { total = () => COUNT, lines = LINES, ignoresToken = false, cap = LIMIT } = lie;
  const next = lie.next ?? ((page, isLast) => (isLast ? null : `p${page + 1}`));
  let calls = 0;
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(LIMIT),
    identity: { by: 'id', of: (line) => line.id },
    maxWalk: 50,
    isTokenRefused: () => false,
    ...(addressable ? { address: { pageOf: (token) => Number(token.slice(1)), tokenOf: (page) => `p${page}` } } : {}),
    fetch: (token) => {
      calls += 1;
      if (calls > mostCalls) throw new AskedTooOften();
      const page = token === null || ignoresToken ? 1 : Number(token.slice(1));
      const rows = lines.slice((page - 1) * cap, page * cap).map((line) => ({ ...line }));
      return Promise.resolve({ rows, next: next(page, page * cap >= lines.length), total: total(rows.length) });
    },
  });
  return { partition, calls: () => calls };
}

interface Reading {
  readonly lines: readonly Line[];
  readonly error: unknown;
  readonly calls: number;
}

async function read(lie: Lie, addressable: boolean, direction: Direction, mostCalls = 120): Promise<Reading> {
  const { partition, calls } = vendor(lie, addressable, mostCalls);
  const lines: Line[] = [];
  const request = { direction, from: null, hint: null, until: null, need: COUNT };
  try {
    let error = null;
    for await (const { rows, truncated = '', contradicts } of partition.read(request, createCall())) {
      lines.push(...rowsOf({ rows }));
      // What a client reads of a list that contradicts itself.
      if (contradicts === true) error = { code: 'SOURCE_BAD_RESPONSE', message: `made-up: ${truncated}` };
    }
    return { lines, error, calls: calls() };
  } catch (error) {
    return { lines, error, calls: calls() };
  }
}

function swapped(...pairs: readonly (readonly [number, number])[]): readonly Unplaced<Line>[] {
  const lines = [...LINES];
  for (const [a, b] of pairs) [lines[a], lines[b]] = [lines[b]!, lines[a]!];
  return lines;
}

const WAYS = [true, false].flatMap((addressable) =>
  (['forward', 'backward'] as const).map((direction) => ({
    addressable,
    direction,
    way: `${addressable ? 'numbers' : 'opaque'}, ${direction}`,
  })),
);

const READABLE: Readonly<Record<string, Lie>> = {
  'a total of null': { total: () => null },
  'a total that is too low': { total: () => COUNT - 30 },
  'a total that is too high': { total: () => COUNT + 70 },
  'a total that is far too high': { total: () => 3_000_000_000 },
  'a total of 0': { total: () => 0 },
  'a total of the page alone': { total: (read) => read },
  'a page size cut down without a word': { cap: 7 },
  'two lines swapped at a page border': { lines: swapped([LIMIT - 1, LIMIT]) },
  'two lines swapped across a page border': { lines: swapped([LIMIT - 1, LIMIT + 1]) },
  'lines swapped at each page border': {
    lines: swapped(
      ...Array.from({ length: 12 }, (_, page) => [LIMIT * (page + 1) - 2, LIMIT * (page + 1) + 1] as const),
    ),
  },
  'lines swapped, and a total of the page alone': {
    lines: swapped([LIMIT - 1, LIMIT + 1]),
    total: (read) => read,
  },
  'lines swapped, and no total': { lines: swapped([LIMIT - 1, LIMIT + 1]), total: () => null },
};

const CASES = Object.entries(READABLE).flatMap(([name, lie]) => WAYS.map((way) => ({ name, lie, ...way })));

test.each(CASES)(
  '$name: each line comes once, in the order of time ($way)',
  async ({ name, lie, addressable, direction }) => {
    const { lines, error } = await read(lie, addressable, direction);
    // Tokens are numbers, so one more call shows that nothing follows the last page.
    if (name.includes('too high') && !addressable)
      expect(error).toMatchObject({ message: 'made-up: its list ends before its own count does' });
    else expect(error).toBeNull();
    const ids = LINES.map(({ id }) => id);
    expect(lines.map(({ id }) => id)).toEqual(direction === 'forward' ? ids : ids.reverse());
  },
);

test.each(WAYS)(
  'a line far from its place comes once, at the end of its page ($way)',
  async ({ addressable, direction }) => {
    for (const [from, to] of [
      [30, 190],
      [190, 30],
      [0, 249],
    ] as const) {
      const lines = [...LINES];
      lines.splice(to, 0, ...lines.splice(from, 1));
      const { lines: got, error } = await read({ lines }, addressable, direction);
      expect(error).toBeNull();
      expect(got.map(({ id }) => id).toSorted()).toEqual(LINES.map(({ id }) => id));
      const times = got.map(({ time }) => time);
      expect(times).toEqual(times.toSorted((a, b) => Number(a - b) * (direction === 'forward' ? 1 : -1)));
      const other = await read({ lines }, addressable, direction === 'forward' ? 'backward' : 'forward');
      expect(other.lines.toReversed()).toEqual(got);
    }
  },
);

test.each(WAYS)('a walk in small steps gives lines out of order once ($way)', async ({ addressable, direction }) => {
  const lines = [...swapped([19, 21], [39, 40], [58, 61])];
  lines.splice(190, 0, ...lines.splice(30, 1));
  const { partition } = vendor({ lines }, addressable, 10_000);
  const whole = await read({ lines }, addressable, direction);
  for (const hinted of [true, false]) {
    const got: Line[] = [];
    let from: Line | null = null;
    let hint = null;
    for (let step = 0; step < COUNT; step += 1) {
      const rows: Line[] = [];
      const hints = [];
      for await (const batch of partition.read({ direction, from, hint, until: null, need: 3 }, createCall())) {
        rows.push(...rowsOf(batch));
        hints.push(...batch.rows.map(({ hint }) => hint));
        if (rows.length >= 3) break;
      }
      got.push(...rows.slice(0, 3));
      from = got.at(-1) ?? null;
      hint = hinted ? (hints[Math.min(3, rows.length) - 1] ?? null) : null;
      if (rows.length === 0) break;
    }
    expect(got).toEqual(whole.lines);
  }
});

test.each(WAYS)(
  'a repeated token is reported, or replaced by the next number ($way)',
  async ({ addressable, direction }) => {
    const { lines, error, calls } = await read({ next: () => 'p2' }, addressable, direction);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    if (error !== null)
      expectEndless(error, addressable ? 'pages that it promised are empty' : '(a page before|the same page again)');
    else expect(lines).toHaveLength(COUNT);
    if (direction === 'forward') expect(lines).toHaveLength(addressable ? COUNT : 2 * LIMIT);
    expect(calls).toBeLessThan(13 + 25);
  },
);

test.each(WAYS)('a token that is ignored is reported ($way)', async ({ addressable, direction }) => {
  for (const next of [undefined, (page: number) => `p${page + 1}`]) {
    const { lines, error, calls } = await read({ ignoresToken: true, ...(next && { next }) }, addressable, direction);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    expectEndless(error, addressable ? 'the same page again' : '');
    expect(calls).toBeLessThan(25);
  }
});

test.each(WAYS)('empty pages that promise more are reported after all lines ($way)', async (way) => {
  for (const total of [COUNT, COUNT + 70, null]) {
    const lie = { next: (page: number) => `p${page + 1}`, total: () => total };
    const { lines, error, calls } = await read(lie, way.addressable, way.direction);
    expect(lines).toHaveLength(COUNT);
    // Backwards, a list is read from the last page that has lines. If the count ends there, no line is missing.
    if (way.direction === 'backward' && total === COUNT) expect(error).toBeNull();
    else expectEndless(error, 'pages that it promised are empty');
    expect(calls).toBeLessThan(13 + 2 * 25);
  }
});

test('pages that do not follow each other in time are reported', async () => {
  const lines = [...LINES.slice(LIMIT, 3 * LIMIT), ...LINES.slice(0, LIMIT), ...LINES.slice(3 * LIMIT)];
  for (const { addressable, direction } of WAYS) {
    const { error, calls } = await read({ lines }, addressable, direction);
    expect(hasCode(error, 'SOURCE_BAD_RESPONSE') && error.message).toBe(
      'made-up: its list is not in the order of time.',
    );
    expect(calls).toBeLessThan(50);
  }
});

test('an instant of many identical pages is read whole if its lines are counted', async () => {
  const same = Array.from({ length: COUNT }, () => ({ id: '', time: START, text: 'step', level: 'INFO' }));
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(LIMIT),
    identity: { by: 'content', of: ({ text }) => [text] },
    maxWalk: 50,
    isTokenRefused: () => false,
    fetch: (token) => {
      const start = Number(token ?? 0);
      const isLast = start + LIMIT >= COUNT;
      const rows = same.slice(start, start + LIMIT).map((line) => ({ ...line }));
      return Promise.resolve({ rows, next: isLast ? null : String(start + LIMIT), total: COUNT });
    },
  });
  const ties: string[] = [];
  const request = { direction: 'forward', from: null, hint: null, until: null, need: COUNT } as const;
  for await (const { rows } of partition.read(request, createCall()))
    ties.push(...rowsOf({ rows }).map(({ tie }) => tie));
  expect(new Set(ties).size).toBe(COUNT);
});

test.each(['forward', 'backward'] as const)(
  'a list is read %s even if tokens expire during the walk, and a vendor that refuses every token is asked only a few times',
  async (direction) => {
    class Refused extends Error {}
    for (const refusals of [0, 1, 3, Infinity]) {
      let calls = 0;
      const partition = pageTokenPartition<Line>({
        key: '',
        source: 'made-up',
        size: new PageSize(LIMIT),
        identity: { by: 'id', of: (line) => line.id },
        maxWalk: 50,
        isTokenRefused: (error) => error instanceof Refused,
        fetch: (token) => {
          calls += 1;
          if (token !== null && calls % 4 === 0 && calls <= 4 * refusals) throw new Refused();
          const start = Number(token ?? 0);
          const next = start + LIMIT >= COUNT ? null : String(start + LIMIT);
          return Promise.resolve({ rows: LINES.slice(start, start + LIMIT), next, total: COUNT });
        },
      });
      const lines: Line[] = [];
      const reading = (async () => {
        const request = { direction, from: null, hint: null, until: null, need: COUNT };
        for await (const { rows } of partition.read(request, createCall())) lines.push(...rowsOf({ rows }));
      })();
      if (refusals === Infinity) await expect(reading).rejects.toBeInstanceOf(Refused);
      else await reading;
      if (refusals !== Infinity) expect(new Set(lines.map(({ id }) => id)).size).toBe(COUNT);
      expect(calls).toBeLessThan(60);
    }
  },
);

function expectEndless(error: unknown, what: string): void {
  expect(error).toMatchObject({
    code: 'SOURCE_BAD_RESPONSE',
    message: expect.stringMatching(new RegExp(`made-up: its list does not end: .*${what}`)) as string,
  });
}
