import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { Hint, Partition, Unplaced } from '../../src/pagination/core/partition.ts';
import { Ladder } from '../../src/pagination/numbered/ladder.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import type { Line } from './fake-natives.ts';

const LARGE = 40;
const BLOCK = 10;

interface Source {
  readonly log: () => Partition<Line>;
  /** How many rows each call asked for, and gave. */
  readonly asked: number[];
}

/** A vendor whose pages have lines of these times, in this order. */
function sourceOf(
  times: readonly number[],
  { opaque = false, cap = Infinity, block = BLOCK, large = LARGE } = {},
): Source {
  const asked: number[] = [];
  const ladder = new Ladder(block);
  const size = new PageSize(large);
  const rows = times.map((time, index): Unplaced<Line> => {
    const id = `r${String(index).padStart(4, '0')}`;
    return { time: BigInt(time), id, text: id, level: '' };
  });
  const log = (): Partition<Line> =>
    pageTokenPartition<Line>({
      ...{ key: '', source: 'made-up', size, ladder, maxWalk: 1_000 },
      identity: { by: 'id', of: ({ id }) => id },
      isTokenRefused: () => false,
      address: { pageOf: (token) => (opaque ? null : Number(token)), tokenOf: String },
      fetch: (token, limit) => {
        asked.push(limit);
        const length = Math.min(limit, cap);
        const page = Number(token ?? 1);
        const found = rows.slice((page - 1) * length, page * length).map((row) => ({ ...row }));
        const next = page * length < rows.length ? String(page + 1) : null;
        return Promise.resolve({ rows: found, next, total: rows.length });
      },
    });
  return { log, asked };
}

interface Read {
  readonly ids: readonly string[];
  readonly last: { readonly from: Position; readonly hint: Hint | null } | null;
  readonly truncated: readonly string[];
}

/** The next lines, `need` at the most. */
async function read(
  source: Source,
  need: number,
  after: Read['last'] = null,
  direction: Direction = 'forward',
): Promise<Read> {
  const ids: string[] = [];
  const truncated: string[] = [];
  let last = after;
  const request = { direction, from: after?.from ?? null, hint: after?.hint ?? null, until: null };
  for await (const batch of source.log().read({ ...request, need }, createCall())) {
    if (batch.truncated !== undefined) truncated.push(batch.truncated);
    for (const [index, { id, time, tie }] of batch.rows.entries()) {
      if (ids.length === need) break;
      ids.push(id);
      last = { from: { time, tie }, hint: batch.hints[index] ?? null };
    }
    if (ids.length === need) break;
  }
  return { ids, last, truncated };
}

/** Page by page, each from the next of the sources and of the next size. */
async function walk(
  sources: readonly Source[],
  sizes: readonly number[],
  direction: Direction = 'forward',
): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: Read['last'] = null;
  for (let step = 0; step < 1_000; step += 1) {
    const need = sizes[step % sizes.length] ?? 1;
    const source = sources[step % sources.length];
    if (source === undefined) break;
    const page = await read(source, need, after, direction);
    ids.push(...page.ids);
    if (page.ids.length < need) return ids;
    after = page.last;
  }
  throw new Error('The walk does not end.');
}

const even = (count: number): number[] => Array.from({ length: count }, (_, index) => index * 10);

describe('a log that is read in native pages of several sizes', () => {
  test.each([
    // Four lines wait at the border of a block, and one shows that there are more.
    [5, [10]],
    [20, [30]],
    [30, [40]],
    // More than one page: readers of many lines share pages.
    [60, [40, 40]],
  ])('asks for as many lines as %d and what shows that they are whole need', async (need, asked) => {
    const source = sourceOf(even(200));
    await read(source, need);
    expect(source.asked).toEqual(asked);
  });

  test('asks for the last lines and for one block that says where they are', async () => {
    const source = sourceOf(even(203));
    expect((await read(source, 5, null, 'backward')).ids).toHaveLength(5);
    expect(source.asked).toEqual([10, expect.any(Number)]);
    expect(source.asked[1]).toBeLessThanOrEqual(30);
  });

  test('reads on in larger pages where more is looked at than was thought', async () => {
    const source = sourceOf(Array.from({ length: 200 }, (_, index) => (index < 150 ? 7 : index)));
    await read(source, 5);
    expect(source.asked.length).toBeLessThanOrEqual(7);
    expect(source.asked.at(-1)).toBe(LARGE);
  });

  test('shares one page between readers that begin together', async () => {
    const source = sourceOf(even(200));
    const call = createCall();
    const request = { direction: 'forward', from: null, hint: null, until: null } as const;
    const first = [5, 20].map(async (need) =>
      source
        .log()
        .read({ ...request, need }, call)
        .next(),
    );
    await Promise.all(first);
    expect(source.asked).toEqual([30, 30]);
  });

  test('gives every line once and in one order, whatever the sizes of its pages, also where lines are late', async () => {
    const late = fc.array(fc.record({ at: fc.nat(199), by: fc.integer({ min: -300, max: 300 }) }), { maxLength: 6 });
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
    const blocks = fc.integer({ min: 5, max: 30 });
    const larger = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(late, sizes, sizes, blocks, larger, async (moved, some, others, block, extra) => {
        const times = even(200);
        // At most two lines near each border are out of place: more contradict the order, which is reported.
        for (const { at, by } of moved) if (at % 20 === 5) times[at] = Math.max(0, (times[at] ?? 0) + by);
        const sources = extra.map((more) => sourceOf(times, { block, large: block + more }));
        const whole = await walk(sources.slice(0, 1), [1_000]);
        expect(new Set(whole).size).toBe(200);
        expect(await walk(sources, some)).toEqual(whole);
        expect(await walk(sources, others)).toEqual(whole);
        expect(await walk(sources, some, 'backward')).toEqual(whole.toReversed());
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['whose tokens say nothing', { opaque: true }],
    ['that has fewer rows on a page than it was asked for', { cap: 7 }],
  ])('reads a source %s in pages of the usual size from then on', async (_name, options) => {
    const source = sourceOf(even(100), options);
    expect(await walk([source], [3])).toHaveLength(100);
    expect(source.asked.filter((rows) => rows !== LARGE)).toEqual([BLOCK]);
  });

  test('reports a log whose lines are too far out of order for blocks, and reads on', async () => {
    const times = even(100);
    for (let at = 30; at < 40; at += 1) times[at] = at - 30;
    const source = sourceOf(times);
    const all = await read(source, 6);
    expect(all.truncated).toEqual([]);
    const rest = await read(source, 90, all.last);
    expect(rest.truncated).toEqual(['its list is not in the order of time']);
    expect((await read(source, 1_000)).ids).toHaveLength(100);
  });

  test('goes on behind a cursor the way it was made, and reports what the other way lacks', async () => {
    const times = even(100);
    for (let at = 30; at < 40; at += 1) times[at] = at - 30;
    const made = await read(sourceOf(times), 6);
    const known = sourceOf(times);
    await read(known, 1_000);
    expect((await read(known, 90, made.last)).truncated).toEqual(['its list is not in the order of time']);
    const usual = await read(known, 35);
    const rest = await read(sourceOf(times), 1_000, usual.last);
    expect(rest.truncated).toEqual([]);
    expect(new Set([...usual.ids, ...rest.ids]).size).toBe(100);
  });
});
