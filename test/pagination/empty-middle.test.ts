import { describe, expect, test } from 'vitest';
import type { Direction, Position } from '../../src/domain/ordered.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import type { IdIdentity, Partition } from '../../src/pagination/core/partition.ts';
import { datedListPartition } from '../../src/pagination/dated-list/dated-list.ts';
import { offsetPartition } from '../../src/pagination/offset/offset.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import { recordKeysetPartition } from '../../src/pagination/record-keyset/record-keyset.ts';
import { AfterClock } from '../../src/pagination/time-keyset/after-clock.ts';
import { PageCap } from '../../src/pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../src/pagination/time-keyset/time-keyset.ts';
import { call } from './fake-natives.ts';
import type { Line, RawLine } from './fake-natives.ts';

/** Lists that count all rows on each page, but one page in their middle comes without any. */

const COUNT = 45;
const SIZE = 10;
const SECOND = 1_000_000_000n;
const START = 1_800_000_000n * SECOND;
/** The places of the rows that do not come. */
const [HOLE, BEHIND] = [20, 30];

const identity: IdIdentity<Line> = { by: 'id', of: ({ id }) => id };

const LINES: readonly RawLine[] = Array.from({ length: COUNT }, (_, index) => ({
  id: `n${String(index).padStart(2, '0')}`,
  time: START + BigInt(index) * SECOND,
  text: `line ${index}`,
  level: 'INFO',
}));

/** `heals`: the page is empty only when it is asked for the first time. */
interface Vendor {
  readonly heals: boolean;
}

type Made = (vendor: Vendor) => Partition<Line>;

/** Gives pages, and remembers whether the empty one was asked for. */
function pagesOf({ heals }: Vendor): (lines: readonly RawLine[], from: number, limit: number) => RawLine[] {
  let asked = 0;
  return (lines, from, limit) => {
    const isHole = from >= HOLE && from < BEHIND;
    if (isHole) asked += 1;
    const isEmpty = isHole && !(heals && asked > 1);
    return isEmpty ? [] : lines.slice(from, from + limit).map((line) => ({ ...line }));
  };
}

function numbered(isNamed: boolean, countsEmpty = true): Made {
  return (vendor) => {
    const pages = pagesOf(vendor);
    return pageTokenPartition<Line>({
      key: '',
      source: 'made-up',
      size: new PageSize(SIZE),
      identity,
      maxWalk: 50,
      isTokenRefused: () => false,
      address: { pageOf: Number, tokenOf: String },
      fetch(token, limit) {
        const page = token === null ? 1 : Number(token);
        const rows = pages(LINES, (page - 1) * limit, limit);
        const isNext = page * limit < COUNT && (isNamed || rows.length > 0);
        const total = rows.length > 0 || countsEmpty ? COUNT : null;
        return Promise.resolve({ rows, total, next: isNext ? String(page + 1) : null });
      },
    });
  };
}

function byOffset(timeFilter: boolean, tieOrdered: boolean): Made {
  return (vendor) => {
    const pages = pagesOf(vendor);
    return offsetPartition<Line>({
      key: '',
      source: 'made-up',
      size: new PageSize(SIZE),
      identity,
      orders: ['ascending', 'descending'],
      tieOrdered: () => tieOrdered,
      timeFilter: () => timeFilter,
      fetch({ offset, limit, order, since, upTo }) {
        let found = LINES.filter(({ time }) => time >= (since ?? time) && time <= (upTo ?? time));
        if (order === 'descending') found = found.toReversed();
        return Promise.resolve({ rows: pages(found, offset, limit), total: found.length, limit });
      },
    });
  };
}

function byTime(more: boolean | null): Made {
  return (vendor) => {
    let asked = 0;
    return timeKeysetPartition<Line>({
      key: '',
      size: new PageSize(SIZE),
      cap: new PageCap(),
      identity,
      clock: new AfterClock(SECOND / 1_000_000n),
      classes: [],
      fetch({ order, after, limit }) {
        const lines = order === 'ascending' ? LINES : LINES.toReversed();
        const from =
          after === null ? 0 : lines.findIndex(({ time }) => (order === 'ascending' ? time > after : time < after));
        const place = from === -1 ? COUNT : from;
        const isHole = place >= HOLE - 1 && place < BEHIND;
        if (isHole) asked += 1;
        const isWhole = !isHole || (vendor.heals && asked > 1);
        const rows = isWhole ? lines.slice(place, place + limit).map((line) => ({ ...line })) : [];
        const said = more === null ? null : place + limit < COUNT;
        return Promise.resolve({ rows, more: said, total: COUNT });
      },
    });
  };
}

function dated(isNewestFirst: boolean, more: boolean | null): Made {
  return (vendor) => {
    const pages = pagesOf(vendor);
    const lines = isNewestFirst ? LINES.toReversed() : LINES;
    return datedListPartition<Line>({
      key: '',
      pageSize: SIZE,
      idOf: ({ id }) => id,
      isNewestFirst: () => isNewestFirst,
      foundUnordered: () => undefined,
      fetch(index) {
        const rows = pages(lines, index * SIZE, SIZE);
        return Promise.resolve({ rows, total: COUNT, more: more === null ? null : (index + 1) * SIZE < COUNT });
      },
    });
  };
}

/** Pages by record are read by their offsets. */
const byRecord: Made = (vendor) => {
  const pages = pagesOf(vendor);
  const lines = LINES.toReversed();
  return recordKeysetPartition<Line>({
    key: '',
    order: { newestFirst: true },
    size: new PageSize(SIZE),
    reach: { before: 0n, after: 0n, records: 0 },
    isCursorRefused: () => false,
    fetch(request, limit) {
      const records = pages(lines, request.kind === 'offset' ? request.offset : 0, limit).map((line) => ({
        id: line.id,
        earliest: line.time,
        latest: line.time,
        rows: [{ ...line, tie: line.id }],
      }));
      return Promise.resolve({ records, total: COUNT, more: null, cursors: false });
    },
  });
};

interface Read {
  readonly ids: readonly string[];
  /** What was said to be missing. */
  readonly said: readonly string[];
}

async function read(partition: Partition<Line>, direction: Direction, from: Position | null): Promise<Read> {
  const ids: string[] = [];
  const said: string[] = [];
  for await (const batch of partition.read({ direction, from, hint: null, until: null, need: 1_000 }, call)) {
    ids.push(...rowsOf(batch).map(({ id }) => id));
    if (batch.truncated !== undefined) said.push(batch.truncated);
  }
  return { ids, said };
}

const SCHEMES: readonly (readonly [string, Made])[] = [
  ['page numbers, where each page names the next', numbered(true)],
  ['page numbers, where the empty page names none', numbered(false)],
  ['page numbers, where the empty page has no count', numbered(true, false)],
  ['page numbers, where the empty page has neither', numbered(false, false)],
  ['offsets', byOffset(false, true)],
  ['offsets within bounds of time, in the total order', byOffset(true, true)],
  ['offsets within bounds of time', byOffset(true, false)],
  ['a time, and a flag for more', byTime(true)],
  ['a time', byTime(null)],
  ['numbers, newest first, and a flag for more', dated(true, true)],
  ['numbers, newest first', dated(true, null)],
  ['numbers, in no order, and a flag for more', dated(false, true)],
  ['numbers, in no order', dated(false, null)],
  ['records and offsets', byRecord],
];

const ALL = LINES.map(({ id }) => id);

describe.each(SCHEMES)('a list paged by %s with an empty page in its middle', (_, made) => {
  test.each(['forward', 'backward'] as const)('is given whole or reported as incomplete, %s', async (direction) => {
    const all = direction === 'forward' ? ALL : ALL.toReversed();
    for (const heals of [false, true]) {
      for (const at of [null, 5, 15, 25, 35]) {
        const [anchor] = at === null ? [] : LINES.slice(at, at + 1);
        const from = anchor === undefined ? null : { time: anchor.time, tie: anchor.id };
        const wanted = all.slice(anchor === undefined ? 0 : all.indexOf(anchor.id) + 1);
        const { ids, said } = await read(made({ heals }), direction, from).catch((error: unknown): Read => ({
          ids: [],
          said: [String(error)],
        }));
        if (said.length === 0) expect({ heals, at, ids }).toEqual({ heals, at, ids: wanted });
        expect(ids).toEqual(wanted.filter((id) => ids.includes(id)));
      }
    }
  });
});
