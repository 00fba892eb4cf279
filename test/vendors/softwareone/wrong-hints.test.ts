import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction, Ordered } from '../../../src/domain/ordered.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import type { SaidTotal } from '../../../src/sandbox/doubts.ts';
import { DEFAULT_SETTINGS } from '../../../src/sandbox/softwareone/settings.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import { MILLISECOND, positionOf, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 1_500 : 60;

const TOTALS: readonly SaidTotal[] = ['honest', 'null', 'zero', 'of-page', 'too-low', 'too-high', 'shrinking'];
const DIRECTIONS = ['forward', 'backward'] as const;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

type Lies = Partial<SoftwareOneSettings>;

/** A task with that many lines, two of which share a millisecond. */
function start(count: number, lies: Lies): string {
  harness.simulation.configure({ ...DEFAULT_SETTINGS, ...lies });
  const job = harness.simulation.createJob();
  harness.simulation.generate(job, count, (index) => ({
    time: START + BigInt(Math.floor(index / 2)) * MILLISECOND,
    message: `line ${index}`,
  }));
  harness.asked();
  return job;
}

async function open(job: string, pageSize: number): Promise<Partition<LogEntry>> {
  const [partition] = (await harness.connect({ pageSize }).logs({ job }, {}, createCall())).partitions;
  if (partition === undefined) throw new Error('There is no log.');
  return partition;
}

interface Found<T> {
  readonly rows: readonly T[];
  /** True if missing rows were reported. */
  readonly reported: boolean;
}

/** Reads on from a row, as far as the reader is told to go on, and takes so many rows. */
async function read<T extends Ordered>(
  partition: Partition<T>,
  direction: Direction,
  { last, take = Infinity }: { readonly last?: T | undefined; readonly take?: number } = {},
): Promise<Found<T>> {
  const rows: T[] = [];
  const from = last === undefined ? null : positionOf(last);
  const request = { direction, from, hint: null, until: null, need: Math.min(take, 1_000), prefetch: true };
  try {
    for await (const batch of partition.read(request, createCall())) {
      rows.push(...rowsOf(batch));
      if (batch.truncated !== undefined) return { rows, reported: true };
      if (batch.more === false || rows.length >= take) break;
    }
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    expect(['SOURCE_BAD_RESPONSE', 'SOURCE_UNAVAILABLE']).toContain(error.code);
    return { rows, reported: true };
  }
  return { rows: rows.slice(0, take), reported: false };
}

function messagesOf(rows: readonly LogEntry[]): string[] {
  return rows.map(({ message }) => message);
}

function lines(count: number, direction: Direction): string[] {
  const all = Array.from({ length: count }, (_, index) => `line ${index}`);
  return direction === 'forward' ? all : all.reverse();
}

describe.each(DIRECTIONS)('a log whose hints are wrong (%s)', (direction) => {
  test.each(TOTALS)('has every line if the total is %s', async (total) => {
    for (const count of [0, 13, 200, 250]) {
      const job = start(count, { total });
      const { rows, reported } = await read(await open(job, 20), direction);
      expect({ lines: messagesOf(rows), reported }).toEqual({ lines: lines(count, direction), reported: false });
      expect(harness.asked().length).toBeLessThanOrEqual(2 * Math.ceil(count / 20) + 16);
    }
  });

  test('has every line if pages are silently cut to a few rows', async () => {
    for (const total of ['honest', 'null', 'zero', 'too-high'] as const) {
      const job = start(250, { total, rowsPerPage: 7 });
      const { rows, reported } = await read(await open(job, 20), direction);
      expect({ lines: messagesOf(rows), reported }).toEqual({ lines: lines(250, direction), reported: false });
      expect(harness.asked().length).toBeLessThanOrEqual(60);
    }
  });

  test('is read on by time if the source ignores offsets, and ends', async () => {
    for (const total of TOTALS.filter((each) => each !== 'too-high')) {
      const job = start(250, { total, ignoresPlace: true });
      const { rows, reported } = await read(await open(job, 20), direction);
      expect({ lines: messagesOf(rows), reported }).toEqual({ lines: lines(250, direction), reported: false });
      expect(harness.asked().length).toBeLessThanOrEqual(80);
    }
  });
});

describe('a source whose totals and page lengths may be wrong', () => {
  const lies: fc.Arbitrary<Lies> = fc.record({
    total: fc.constantFrom(...TOTALS),
    maxLimit: fc.constantFrom(100, 7),
    rowsPerPage: fc.constantFrom(Infinity, Infinity, 5),
    unorderable: fc.constantFrom([], [], ['id']),
    unfilterable: fc.constantFrom([], [], ['timestamp']),
  });

  /** True for a short page that claims to be the whole log: nothing contradicts it. */
  function saysNothing({ total, rowsPerPage = Infinity }: Lies): boolean {
    return rowsPerPage < Infinity && (total === 'of-page' || total === 'too-low' || total === 'shrinking');
  }

  test('gives every line once to walks of any page sizes, or reports that it cannot', async () => {
    await fc.assert(
      fc.asyncProperty(
        lies,
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 2, max: 30 }),
        fc.constantFrom(...DIRECTIONS),
        async (changes, count, take, direction) => {
          fc.pre(!saysNothing(changes));
          const job = start(count, changes);
          const seen: LogEntry[] = [];
          let reported = false;
          for (let page = 0; page <= count && !reported; page += 1) {
            const part = await read(await open(job, 10), direction, { last: seen.at(-1), take });
            seen.push(...part.rows);
            reported = part.reported;
            if (part.rows.length === 0) break;
          }
          const all = lines(count, direction);
          expect(messagesOf(seen)).toEqual(reported ? all.slice(0, seen.length) : all);
          // Without a filter on time, a total that shrinks from page to page can't be told from lines that are deleted.
          if (changes.total !== 'shrinking' || changes.unfilterable?.length === 0) expect(reported).toBe(false);
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});

describe('child tasks of a source whose hints are wrong', () => {
  function family(count: number, lies: Lies): string {
    harness.simulation.configure({ ...DEFAULT_SETTINGS, ...lies });
    const parent = harness.simulation.createJob();
    for (let index = 0; index < count; index += 1) {
      harness.simulation.createJob({ parent, createdAt: Number(START / MILLISECOND) + index, name: `part ${index}` });
    }
    harness.asked();
    return parent;
  }

  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `part ${index}`);

  test.each([
    ['are in order', {}],
    ['can not be ordered', { unorderableTasks: ['audit.created.at'] }],
  ] as const)('are all there whatever the total, where they %s', async (_, order) => {
    for (const total of TOTALS) {
      for (const lies of [{}, ...(total === 'honest' || total === 'null' ? [{ rowsPerPage: 7 }] : [])]) {
        const parent = family(50, { total, ...lies, ...order });
        const [tasks] = await harness.connect({ pageSize: 20 }).parts.Task!.list(parent, createCall());
        const { rows, reported } = await read(tasks!, 'forward');
        expect({ names: rows.map(({ name }) => name), reported }).toEqual({ names: names(50), reported: false });
        expect(harness.asked().length).toBeLessThanOrEqual(30);
      }
    }
  });

  test('end with an error if the source ignores offsets and cannot order them', async () => {
    for (const total of ['null', 'honest', 'zero'] as const) {
      const parent = family(50, { total, ignoresPlace: true, unorderableTasks: ['audit.created.at'] });
      const [tasks] = await harness.connect({ pageSize: 20 }).parts.Task!.list(parent, createCall());
      const { reported } = await read(tasks!, 'forward');
      expect(reported).toBe(true);
      expect(harness.asked().length).toBeLessThanOrEqual(12);
    }
  });
});
