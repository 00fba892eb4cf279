import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { Hint } from '../../src/pagination/core/partition.ts';
import type { ListOrder } from '../../src/pagination/record-keyset/list.ts';
import { recordKeysetPartition } from '../../src/pagination/record-keyset/record-keyset.ts';
import { call } from './fake-natives.ts';
import type { Line } from './fake-natives.ts';

/** The vendor's pages are this long. */
const LIMIT = 2;

interface Last {
  readonly row: Line;
  readonly hint: Hint | null;
}

/** Records whose times these are, as a vendor lists them. */
function listOf(times: readonly number[], newestFirst: boolean): Line[] {
  const lines = times.map((time, index): Line => {
    const id = `r${String(index).padStart(4, '0')}`;
    return { time: BigInt(time), id, text: '', level: '', tie: id };
  });
  return newestFirst ? lines.reverse() : lines;
}

/** Reads on from `last`; at most `take` rows. */
async function readOn(
  list: readonly Line[],
  order: ListOrder,
  { direction, last, take }: { direction: Direction; last: Last | undefined; take: number },
): Promise<Last[]> {
  const partition = recordKeysetPartition<Line>({
    key: '',
    order,
    size: new PageSize(10),
    reach: { before: 0n, after: 0n, records: 0 },
    isCursorRefused: () => false,
    fetch: (request) => {
      const at = 'id' in request ? list.findIndex(({ id }) => id === request.id) : -1;
      const starts = { first: 0, after: at + 1, before: Math.max(0, at - LIMIT) };
      const start = request.kind === 'offset' ? request.offset : starts[request.kind];
      const page = list.slice(start, request.kind === 'before' ? at : start + LIMIT);
      return Promise.resolve({
        records: page.map((line) => ({ id: line.id, earliest: line.time, latest: line.time, rows: [line] })),
        total: list.length,
        more: start + page.length < list.length,
        moreBefore: start > 0,
        cursors: true,
      });
    },
  });
  const given: Last[] = [];
  const from = last === undefined ? null : { time: last.row.time, tie: last.row.tie };
  const request = { direction, from, hint: last?.hint ?? null, until: null, need: take };
  for await (const { rows } of partition.read(request, call)) {
    given.push(...rows);
    if (given.length >= take) break;
  }
  return given.slice(0, take);
}

const someTimes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }).map((times) => times.toSorted());
const directions = fc.constantFrom<Direction>('forward', 'backward');

describe('a list of records in either order', () => {
  test('gives each record once if another process reads each page and newer records arrive in between', async () => {
    const growth = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        someTimes,
        growth,
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (times, comes, newestFirst, take) => {
          const all = [...times];
          const given: Last[] = [];
          for (let step = 0; step < 40; step += 1) {
            const order = { newestFirst: null };
            const read = await readOn(listOf(all, newestFirst), order, {
              direction: 'forward',
              last: given.at(-1),
              take,
            });
            given.push(...read);
            const coming = comes[step];
            if (read.length === 0 && coming === undefined) break;
            if (coming !== undefined) all.push((all.at(-1) ?? 0) + coming);
          }
          expect(given.map(({ row }) => row.id)).toEqual(listOf(all, false).map(({ id }) => id));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('loses no record if other lists of the source have the opposite order', async () => {
    const reads = fc.array(fc.tuple(someTimes, fc.boolean(), directions), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(reads, async (lists) => {
        const order = { newestFirst: null };
        for (const [times, newestFirst, direction] of lists) {
          const given = await readOn(listOf(times, newestFirst), order, { direction, last: undefined, take: 100 });
          const expected = listOf(times, direction === 'backward').map(({ id }) => id);
          expect(given.map(({ row }) => row.id)).toEqual(expected);
        }
      }),
    );
  });

  test('tells its source the order of lists once it has records of two instants', async () => {
    const order = { newestFirst: null };
    const whole = { direction: 'backward' as const, last: undefined, take: 10 };
    await readOn(listOf([1, 1], false), order, whole);
    expect(order).toEqual({ newestFirst: null });
    await readOn(listOf([1, 2], false), order, whole);
    expect(order).toEqual({ newestFirst: false });
  });
});
