import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import { REPEATS } from '../../../src/pagination/core/page-guard.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import type { SaidTotal } from '../../../src/sandbox/doubts.ts';
import type { SapOptions } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness, Read } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 1_500 : 100;

let harness: Harness;
afterEach(() => harness.close());

/** A job whose schedule has that many runs, one a minute. */
async function start(count: number, options: SapOptions): Promise<string> {
  harness = await startHarness({ auth: 'basic', ...options });
  const key = harness.simulation.createJob();
  harness.simulation.generate(key, count, (index) => ({
    time: START + BigInt(index) * 60n * SECOND,
    message: `run ${index}`,
  }));
  return key;
}

async function partitionOf(key: string, pageSize: number): Promise<Partition<LogEntry>> {
  return only((await harness.connect({ pageSize }).logs({ job: key }, {}, createCall())).partitions);
}

function numbers(rows: readonly Read<LogEntry>[]): number[] {
  return rows.map(({ row }) => Number(row.message.slice('run '.length)));
}

function sorted(rows: readonly Read<LogEntry>[]): number[] {
  return [...new Set(numbers(rows))].sort((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

const TOTALS: readonly SaidTotal[] = ['honest', 'null', 'zero', 'too-low', 'too-high', 'shrinking', 'of-page'];

/** Two wrong hints at once leave no evidence: a short page of an instance without links that counts the page alone. */
function saysNothing({ dialect, links, total, runsPerPage }: SapOptions, pageSize: number): boolean {
  const hasLinks = dialect === 'current' && links !== 'never';
  return !hasLinks && (total === 'of-page' || total === 'too-low') && (runsPerPage ?? pageSize) < pageSize;
}

const instances: fc.Arbitrary<SapOptions> = fc.record({
  dialect: fc.constantFrom('legacy', 'current'),
  order: fc.constantFrom('newest-first', 'oldest-first'),
  total: fc.constantFrom(...TOTALS),
  links: fc.constantFrom('honest', 'always', 'never'),
  runsPerPage: fc.oneof(fc.constant(200), fc.integer({ min: 2, max: 30 })),
  behindTheEnd: fc.constantFrom('empty', 'last-page'),
});

/**
 * If the last page repeats for ever, the count is wrong or missing, and no correct link shows the end, then the end
 * looks like that of an instance that returns nothing behind it. The reader may then report lines as out of reach.
 */
function mayBeCut({ dialect, links, behindTheEnd, total, runsPerPage = Infinity }: SapOptions, count: number): boolean {
  if (behindTheEnd === 'empty') return false;
  // Links lead on, and a page of one or two runs has no offset within it that would prove that offsets count.
  if (total === 'honest') return dialect === 'current' && links === 'always' && Math.min(count, runsPerPage) <= 2;
  return dialect === 'legacy' || links !== 'honest' || total === 'too-high';
}

interface Page {
  readonly rows: Read<LogEntry>[];
  readonly isCut: boolean;
}

async function pageOf(
  key: string,
  pageSize: number,
  { direction, last, take }: { direction: Direction; last: Read<LogEntry> | undefined; take: number },
): Promise<Page> {
  const partition = await partitionOf(key, pageSize);
  const from = { from: last?.row ?? null, hint: last?.hint ?? null };
  const rows: Read<LogEntry>[] = [];
  for await (const batch of partition.read({ direction, ...from, until: null, need: take }, createCall())) {
    rows.push(...batch.rows);
    if (batch.truncated !== undefined) return { rows: rows.slice(0, take), isCut: rows.length <= take };
    if (rows.length >= take) break;
  }
  return { rows: rows.slice(0, take), isCut: false };
}

describe('a vendor whose counts, links and page sizes may be wrong', () => {
  test('gives every line once, either way, in a bounded number of calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 3, max: 40 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.boolean(),
        async (options, count, pageSize, direction, hints) => {
          fc.pre(!saysNothing(options, pageSize));
          const key = await start(count, options);
          try {
            const seen: Read<LogEntry>[] = [];
            let isCut = false;
            for (let step = 0; step < 20 && !isCut; step += 1) {
              const end = seen.at(-1);
              const last = end === undefined || hints ? end : { ...end, hint: null };
              const part = await pageOf(key, pageSize, { direction, last, take: 17 });
              seen.push(...part.rows);
              isCut = part.isCut;
              if (part.rows.length === 0) break;
            }
            const all = direction === 'forward' ? upTo(count) : upTo(count).reverse();
            if (isCut) expect(mayBeCut(options, count)).toBe(true);
            expect(numbers(seen)).toEqual(isCut ? numbers(seen).filter((number) => all.includes(number)) : all);
            expect(numbers(seen)).toEqual(direction === 'forward' ? sorted(seen) : sorted(seen).reverse());
            const size = Math.min(pageSize, options.runsPerPage ?? pageSize);
            const pages = Math.ceil(count / size);
            expect(harness.asked().length).toBeLessThanOrEqual(8 * (pages + 30));
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('loses no line while new runs arrive between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.integer({ min: 30, max: 100 }),
        fc.integer({ min: 3, max: 40 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 8 }),
        async (options, count, pageSize, direction, arrivals) => {
          fc.pre(!saysNothing(options, pageSize));
          const key = await start(count, options);
          try {
            const seen: Read<LogEntry>[] = [];
            let next = count;
            let isCut = false;
            for (let step = 0; step < 40 && !isCut; step += 1) {
              const part = await pageOf(key, pageSize, { direction, last: seen.at(-1), take: 11 });
              seen.push(...part.rows);
              isCut = part.isCut;
              if (part.rows.length === 0) break;
              for (let left = arrivals[step] ?? 0; left > 0; left -= 1, next += 1) {
                harness.simulation.addRun(key, done(START + BigInt(next) * 60n * SECOND, `run ${next}`));
              }
            }
            const found = numbers(seen);
            expect(new Set(found).size).toBe(found.length);
            if (isCut) expect(mayBeCut(options, next)).toBe(true);
            if (isCut) return;
            const old = found.filter((number) => number < count);
            expect(old).toEqual(direction === 'forward' ? upTo(count) : upTo(count).reverse());
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});

interface FoundCase {
  readonly options: SapOptions;
  readonly count: number;
  readonly pageSize: number;
  readonly direction: Direction;
  readonly take: number;
  /** How many runs come after each page. */
  readonly arrivals?: readonly number[];
  readonly hints?: boolean;
}

/** Cases in which readers have failed the laws: nothing in them is out of reach. */
describe('an instance of the older dialect, its runs oldest first', () => {
  test.each<[string, FoundCase]>([
    [
      'counts only what follows, and once as many runs as lie up to the end of the page',
      {
        options: { total: 'shrinking', runsPerPage: 2 },
        count: 32,
        pageSize: 3,
        direction: 'forward',
        take: 11,
        arrivals: [2, 2],
      },
    ],
    [
      'gives its last page again for offsets that its count shows to lie behind the end',
      {
        options: { behindTheEnd: 'last-page', runsPerPage: 3 },
        count: 30,
        pageSize: 36,
        direction: 'backward',
        take: 11,
      },
    ],
    [
      'gives its last page again, and is asked without hints',
      {
        options: { behindTheEnd: 'last-page', runsPerPage: 2 },
        count: 4,
        pageSize: 30,
        direction: 'backward',
        take: 17,
        hints: false,
      },
    ],
  ])('gives every line in at most 45 calls a page where it %s', async (_, found) => {
    const { options, count, pageSize, direction, take, arrivals = [], hints = true } = found;
    const key = await start(count, { dialect: 'legacy', order: 'oldest-first', ...options });
    const seen: number[] = [];
    let next = count;
    for (let step = 0, last: Read<LogEntry> | undefined; ; step += 1) {
      const { rows, isCut } = await pageOf(key, pageSize, { direction, last, take });
      expect(isCut).toBe(false);
      expect(harness.asked().length).toBeLessThanOrEqual(45);
      if (rows.length === 0) break;
      seen.push(...numbers(rows));
      last = hints ? rows.at(-1) : { ...rows.at(-1)!, hint: null };
      for (let left = arrivals[step] ?? 0; left > 0; left -= 1, next += 1) {
        harness.simulation.addRun(key, done(START + BigInt(next) * 60n * SECOND, `run ${next}`));
      }
    }
    expect(seen).toEqual(direction === 'forward' ? upTo(next) : upTo(next).reverse());
  });
});

describe('at its own page size', () => {
  test.each<[string, SapOptions, number]>([
    ['460 where there are 450', { total: 'too-high' }, 450],
    ['null with links that lead on', { total: 'null' }, 450],
    ['0 with links that lead on', { total: 'zero' }, 450],
    ['fewer than there are', { total: 'too-low' }, 450],
    ['fewer, without links', { total: 'too-low', dialect: 'legacy' }, 450],
    ['more, without links', { total: 'too-high', dialect: 'legacy' }, 450],
    ['none, without links', { total: 'null', dialect: 'legacy' }, 450],
    ['those of the page alone', { total: 'of-page' }, 450],
    ['those of the page alone, without links', { total: 'of-page', dialect: 'legacy' }, 450],
    ['what there is, on pages of 100', { runsPerPage: 100 }, 250],
    ['what there is, on pages of 100 without links', { runsPerPage: 100, dialect: 'legacy' }, 250],
    [
      'those of the page alone, on pages of 100 without links',
      { runsPerPage: 100, total: 'of-page', dialect: 'legacy' },
      250,
    ],
    ['nothing, on pages of 50 without links', { runsPerPage: 50, total: 'null', dialect: 'legacy' }, 250],
  ])('an instance that counts %s gives the whole log in few calls', async (_, options, count) => {
    const key = await start(count, options);
    const all = upTo(count);
    expect(numbers(await readRows(await partitionOf(key, 200), {}))).toEqual(all);
    const forward = harness.asked().length;
    expect(numbers(await readRows(await partitionOf(key, 200), { direction: 'backward' }))).toEqual(all.reverse());
    const backward = harness.asked().length;
    const pages = Math.ceil(count / Math.min(200, options.runsPerPage ?? 200));
    expect(Math.max(forward, backward)).toBeLessThanOrEqual(2 * pages + 6);
    expect(numbers(await readRows(await partitionOf(key, 200), { take: 20 }))).toEqual(upTo(20));
    expect(harness.asked().length).toBeLessThanOrEqual(12);
  });
});

describe('an instance that takes paging parameters without effect', () => {
  test.each(['forward', 'backward'] as const)('is read by offsets where it ignores run ids, %s', async (direction) => {
    const key = await start(450, { ignores: 'cursors' });
    const all = upTo(450);
    const rows = await readRows(await partitionOf(key, 50), { direction });
    expect(numbers(rows)).toEqual(direction === 'forward' ? all : all.reverse());
    const { row, hint } = rows[200]!;
    const on = await readRows(await partitionOf(key, 50), { direction, from: row, hint, take: 5 });
    expect(numbers(on)).toEqual(numbers(rows.slice(201, 206)));
  });

  test.each(['legacy', 'current'] as const)(
    'and gives its first page for ever is reported in the %s dialect',
    async (dialect) => {
      const key = await start(450, { dialect, ignores: 'both' });
      for (const direction of ['forward', 'backward'] as const) {
        const partition = await partitionOf(key, 50);
        const rows: LogEntry[] = [];
        const said: unknown[] = [];
        for await (const batch of partition.read(
          { direction, from: null, hint: null, until: null, need: 100 },
          createCall(),
        )) {
          rows.push(...rowsOf(batch));
          if (batch.truncated !== undefined) said.push([batch.truncated, batch.contradicts]);
        }
        expect(said).toEqual([[REPEATS, true]]);
        expect(rows).toHaveLength(50);
        expect(new Set(rows.map(({ tie }) => tie)).size).toBe(rows.length);
        expect(harness.asked().length).toBeLessThan(40);
      }
    },
  );

  test.each(['cursor', 'offset', 'refused'] as const)(
    'is never asked by run id and offset at once (%s)',
    async (cursorWithOffset) => {
      const key = await start(450, { cursorWithOffset });
      expect(numbers(await readRows(await partitionOf(key, 50)))).toEqual(upTo(450));
      expect(harness.asked().filter((url) => /(next|prev)=/.test(url) && url.includes('offset='))).toEqual([]);
    },
  );
});

describe('an answer of 404', () => {
  test.each(['error', 'none', 'html'] as const)('means the same whatever its body is (%s)', async (notFoundBody) => {
    const key = await start(3, { notFoundBody });
    const connector = harness.connect();
    const named = only((await connector.logs({ job: key, step: 'none' }, {}, createCall())).partitions);
    await expect(readRows(named)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await connector.getJobs(['999'], createCall())).toEqual([null]);
    expect(await connector.parts.Attempt!.find(key, crypto.randomUUID(), createCall())).toBeNull();
  });
});
