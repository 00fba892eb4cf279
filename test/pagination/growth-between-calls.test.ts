import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../../src/domain/ordered.ts';
import { comparePositions } from '../../src/domain/ordered.ts';
import type { Ladder } from '../../src/pagination/core/ladder.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import type { IdIdentity, Partition } from '../../src/pagination/core/partition.ts';
import { recordKeysetPartition } from '../../src/pagination/record-keyset/record-keyset.ts';
import { call, ladderBelow } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

const RUNS = process.env['DEEP'] === '1' ? 5_000 : 300;
const identity: IdIdentity<Line> = { by: 'id', of: ({ id }) => id };

let counter = 0;

function lineAt(slot: number): RawLine {
  counter += 1;
  return { time: BigInt(slot), id: `r${String(counter).padStart(9, '0')}`, text: '', level: '' };
}

/** A list that gets lines before each call that reads it. */
class GrowingList {
  lines: RawLine[];
  readonly #coming: (readonly number[])[];

  constructor(slots: readonly number[], coming: readonly (readonly number[])[]) {
    this.lines = slots.map(lineAt);
    this.#coming = [...coming];
    this.#sort();
  }

  look(offset: number, limit: number, order: 'ascending' | 'descending'): { rows: RawLine[]; total: number } {
    this.lines.push(...(this.#coming.shift() ?? []).map(lineAt));
    this.#sort();
    const all = order === 'ascending' ? this.lines : [...this.lines].reverse();
    return { rows: all.slice(offset, offset + limit).map((line) => ({ ...line })), total: all.length };
  }

  #sort(): void {
    this.lines.sort((a, b) => comparePositions({ ...a, tie: a.id }, { ...b, tie: b.id }));
  }
}

type Make = (list: GrowingList, limit: number) => Partition<Line>;

function offsets(orders: readonly ['ascending'] | readonly ['descending'], counts: boolean): Make {
  return (list, limit) =>
    offsetPartition<Line>({
      key: '',
      source: 'fake',
      size: new PageSize(limit),
      identity,
      orders,
      tieOrdered: () => false,
      timeFilter: () => false,
      fetch: ({ offset, order }) => {
        const { rows, total } = list.look(offset, limit, order);
        return Promise.resolve({ rows, total: counts ? total : null, limit });
      },
    });
}

const tokens: Make = (list, limit) => tokensBy(list, limit, undefined);

const laddered: Make = (list, limit) => tokensBy(list, 4 * limit, ladderBelow(4 * limit, limit + list.lines.length));

const tokensBy = (list: GrowingList, limit: number, ladder: Ladder | undefined): Partition<Line> =>
  pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(limit),
    ladder,
    identity,
    maxWalk: 1_000,
    isTokenRefused: () => false,
    address: { pageOf: Number, tokenOf: String },
    fetch: (token, asked) => {
      const page = token === null ? 1 : Number(token);
      const { rows, total } = list.look((page - 1) * asked, asked, 'ascending');
      return Promise.resolve({ rows, total, next: page * asked < total ? String(page + 1) : null });
    },
  });

function records(cursors: boolean, order: 'ascending' | 'descending', span: bigint): Make {
  return (list, limit) =>
    recordKeysetPartition<Line>({
      key: '',
      order: { newestFirst: null },
      size: new PageSize(limit + 1),
      reach: { before: span, after: span, records: Number(span) },
      isCursorRefused: () => false,
      fetch: (request) => {
        const all = list.look(0, Infinity, order).rows;
        const at = 'id' in request ? all.findIndex(({ id }) => id === request.id) : -1;
        const start =
          request.kind === 'offset'
            ? request.offset
            : !cursors || request.kind === 'first'
              ? 0
              : request.kind === 'after'
                ? at + 1
                : Math.max(0, at - limit - 1);
        const end = cursors && request.kind === 'before' ? at : start + limit + 1;
        const page = all.slice(start, end);
        return Promise.resolve({
          records: page.map((row) => ({
            id: row.id,
            earliest: row.time,
            latest: row.time,
            rows: [{ ...row, tie: row.id }],
          })),
          total: all.length,
          more: cursors ? end < all.length : null,
          cursors: cursors && all.length > page.length,
        });
      },
    });
}

const schemes: readonly { readonly name: string; readonly make: Make }[] = [
  { name: 'offsets, oldest first, with a total', make: offsets(['ascending'], true) },
  { name: 'offsets, oldest first, without', make: offsets(['ascending'], false) },
  { name: 'offsets, newest first, with a total', make: offsets(['descending'], true) },
  { name: 'offsets, newest first, without', make: offsets(['descending'], false) },
  { name: 'page numbers', make: tokens },
  { name: 'page numbers, pages of several sizes', make: laddered },
  ...[true, false].flatMap((cursors) =>
    (['ascending', 'descending'] as const).flatMap((order) =>
      [0n, 2n].map((span) => ({
        name: `records, ${order}, by ${cursors ? 'cursors' : 'offsets'}, looking ${span} ahead`,
        make: records(cursors, order, span),
      })),
    ),
  ),
];

describe.each(schemes)('a list that is paged by $name', ({ make }) => {
  test('gives every existing line once and in order while new lines arrive between any two calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        // Lines of one instant do not show the direction of a list; the first line of a later instant does.
        fc.oneof(
          fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 20 }),
          fc.array(fc.constant(0), { maxLength: 20 }),
        ),
        fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }), { maxLength: 7 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.constantFrom(1, 3, 7),
        async (slots, coming, limit, direction, need) => {
          const list = new GrowingList(slots, coming);
          const before = list.lines.map(({ id }) => id);
          const rows: Line[] = [];
          const request = { direction, from: null, hint: null, until: null, need };
          for await (const batch of make(list, limit).read(request, call)) rows.push(...rowsOf(batch));
          const sorted = [...rows].sort(comparePositions);
          expect(rows).toEqual(direction === 'forward' ? sorted : sorted.reverse());
          const seen = rows.map(({ id }) => id);
          expect(new Set(seen).size).toBe(seen.length);
          expect(before.filter((id) => !seen.includes(id))).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
