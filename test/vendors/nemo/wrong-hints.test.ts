import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import { ENDS_EARLY, SAYS_NOTHING } from '../../../src/pagination/core/page-guard.ts';
import type { Batch, Partition } from '../../../src/pagination/core/partition.ts';
import type { NemoOptions } from '../../../src/sandbox/nemo/index.ts';
import { SECOND, START, connect, connectorTo, readAll } from './harness.ts';
import type { Harness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

const JOB = 'default/sft';
const COUNT = 250;
const PAGE = 20;

/** A finished job with lines of such numbers, in that order, each at the second of its number. */
async function start(order: readonly number[], options: NemoOptions, pageSize = PAGE): Promise<Harness> {
  const harness = await connect({ simulation: options, source: { pageSize } });
  harness.simulation.createJob({ name: 'sft', status: 'SUCCEEDED' });
  harness.simulation.generate(JOB, order.length, (index) => ({
    time: START + BigInt(order[index]!) * SECOND,
    message: `line ${order[index]!}`,
  }));
  harness.server.resetCalls();
  return harness;
}

async function partitionOf({ connector }: Harness): Promise<Partition<LogEntry>> {
  const { partitions } = await connector.logs({ job: JOB }, {}, createCall());
  expect(partitions).toHaveLength(1);
  return partitions[0]!;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function swapped(...pairs: readonly (readonly [number, number])[]): number[] {
  const order = upTo(COUNT);
  for (const [a, b] of pairs) [order[a], order[b]] = [order[b]!, order[a]!];
  return order;
}

const numberOf = ({ message }: LogEntry): number => Number(message.slice('line '.length));

async function read(
  harness: Harness,
  direction: Direction,
  need = COUNT,
): Promise<{ numbers: number[]; error: unknown }> {
  const numbers: number[] = [];
  const request = { direction, from: null, hint: null, until: null, need };
  try {
    let error = null;
    for await (const { rows, truncated, contradicts } of (await partitionOf(harness)).read(request, createCall())) {
      numbers.push(...rowsOf({ rows }).map(numberOf));
      if (contradicts === true) error = asShown(truncated);
    }
    return { numbers, error };
  } catch (error) {
    return { numbers, error };
  }
}

/** What a client reads of a list that contradicts itself. */
function asShown(truncated = ''): object {
  return { code: 'SOURCE_BAD_RESPONSE', source: 'nemo-test', message: `nemo-test: ${truncated}` };
}

const WAYS = (['numbered', 'opaque'] as const).flatMap((tokens) =>
  (['forward', 'backward'] as const).map((direction) => ({ tokens, direction })),
);

describe.each(WAYS)('with $tokens tokens, $direction', ({ tokens, direction }) => {
  test.each<[string, NemoOptions]>([
    ['null', { total: 'null' }],
    ['0', { total: 'zero' }],
    ['too low', { total: 'too-low' }],
    ['too high', { total: 'too-high' }],
    ['of the page alone', { total: 'of-page' }],
    ['of more lines than a page gives', { rowsPerPage: 7 }],
  ])('a total that is %s loses no line', async (_, options) => {
    const harness = await start(upTo(COUNT), { ...options, tokens });
    const all = upTo(COUNT);
    // Tokens are numbers, so one more call shows that nothing follows the last page.
    const isDoubted = options.total === 'too-high' && tokens === 'opaque';
    expect(await read(harness, direction)).toEqual({
      numbers: direction === 'forward' ? all : all.reverse(),
      error: isDoubted ? asShown(ENDS_EARLY) : null,
    });
    expect(harness.server.calls.length).toBeLessThanOrEqual(2 * Math.ceil(COUNT / (options.rowsPerPage ?? PAGE)) + 12);
  });

  test.each<[string, number[]]>([
    ['at a page border', swapped([19, 20])],
    ['across a page border', swapped([18, 21])],
    ['at several', swapped([19, 20], [39, 41], [58, 60], [239, 240])],
  ])('two lines swapped %s come once, by their own times', async (_, order) => {
    const harness = await start(order, { tokens });
    const all = upTo(COUNT);
    expect(await read(harness, direction)).toEqual({
      numbers: direction === 'forward' ? all : all.reverse(),
      error: null,
    });
  });

  test('a line far from its place comes once, wherever one begins to read', async () => {
    const order = upTo(COUNT);
    order.splice(190, 0, ...order.splice(30, 1));
    const harness = await start(order, { tokens });
    const partition = await partitionOf(harness);
    const { rows } = await readAll(partition, createCall(), direction);
    expect(rows.map(numberOf).toSorted((a, b) => a - b)).toEqual(upTo(COUNT));
    const stray = rows.find((row) => numberOf(row) === 30)!;
    // Its place is that of its page; its timestamp is the vendor's.
    expect(stray.time).toBeGreaterThan(START + 170n * SECOND);
    expect(stray.timestamp).toBe('2026-02-27T22:57:31Z');
    for (const index of [0, 29, 30, 31, 60, 180, 188, 190, 191, 248]) {
      const from = { position: rows[index]!, hint: null };
      const on = await readAll(partition, createCall(), direction, from);
      expect(on.rows.map(numberOf)).toEqual(rows.slice(index + 1).map(numberOf));
    }
  });
});

describe.each(['forward', 'backward'] as const)('a list that names no next page, read %s', (direction) => {
  test.each(['honest', 'null'] as const)('is read by page numbers (total: %s)', async (total) => {
    const harness = await start(upTo(COUNT), { more: 'never', total });
    const all = upTo(COUNT);
    expect(await read(harness, direction)).toEqual({
      numbers: direction === 'forward' ? all : all.reverse(),
      error: null,
    });
    expect(harness.server.calls.length).toBeLessThanOrEqual(2 * Math.ceil(COUNT / PAGE) + 12);
  });

  test.each([7, 40])(
    'is read by page numbers where it is capped to %i lines without a word and not counted',
    async (cap) => {
      for (const pageSize of [PAGE, 1_000]) {
        const harness = await start(upTo(COUNT), { more: 'never', total: 'null', rowsPerPage: cap }, pageSize);
        const all = upTo(COUNT);
        expect(await read(harness, direction)).toEqual({
          numbers: direction === 'forward' ? all : all.reverse(),
          error: null,
        });
        expect(harness.server.calls.length).toBeLessThanOrEqual(2 * Math.ceil(COUNT / Math.min(cap, pageSize)) + 20);
      }
    },
  );

  test('is known by a small page to be cut, whatever it counts', async () => {
    const harness = await start(upTo(COUNT), { more: 'never', total: 'of-page', rowsPerPage: 40 }, 1_000);
    const all = upTo(COUNT);
    expect(await read(harness, 'forward', 20)).toEqual({ numbers: all, error: null });
    expect(await read(harness, direction)).toEqual({
      numbers: direction === 'forward' ? all : all.reverse(),
      error: null,
    });
  });

  test('costs one look where it ends with a page that nothing counts', async () => {
    for (const [lines, calls] of [
      [0, 1],
      [9, 2],
    ] as const) {
      const harness = await start(upTo(lines), { total: 'null' });
      await read(harness, direction);
      expect(harness.server.calls).toHaveLength(calls);
    }
  });

  test.each(['null', 'zero'] as const)(
    'is reported where page numbers are not taken and nothing is counted (total: %s)',
    async (total) => {
      const harness = await start(upTo(COUNT), { more: 'never', tokens: 'opaque', total, rowsPerPage: 7 });
      const first = upTo(7);
      expect(await read(harness, direction)).toEqual({
        numbers: direction === 'forward' ? first : first.reverse(),
        error: asShown(SAYS_NOTHING),
      });
    },
  );

  test('is reported where page numbers are not taken and its count shows that there is more', async () => {
    const harness = await start(upTo(COUNT), { more: 'never', tokens: 'opaque' });
    const first = upTo(PAGE);
    expect(await read(harness, direction)).toEqual({
      numbers: direction === 'forward' ? first : first.reverse(),
      error: asShown(ENDS_EARLY),
    });
  });
});

describe('page tokens that are numbers in plain decimals', () => {
  test.each(['forward', 'backward'] as const)(
    'reach any page of a capped log, %s, on any instance',
    async (direction) => {
      const lines = 4_000;
      const harness = await start(upTo(lines), { tokens: 'decimal', rowsPerPage: 40 }, 100);
      const all = direction === 'forward' ? upTo(lines) : upTo(lines).reverse();
      const request = { direction, from: null, hint: null, until: null, need: 50 };
      const found: Batch<LogEntry>[] = [];
      for await (const batch of (await partitionOf(harness)).read(request, createCall())) {
        found.push(batch);
        if (found.flatMap(({ rows }) => rows).length >= 50) break;
      }
      const rows = found.flatMap(rowsOf);
      const hints = found.flatMap((batch) => batch.rows.map(({ hint }) => hint));
      expect(rows.map(numberOf)).toEqual(all.slice(0, rows.length));
      expect(harness.server.calls.length).toBeLessThan(12);
      const other = connectorTo(harness, { source: { pageSize: 100 } });
      for (const hint of [hints.at(-1)!, null]) {
        harness.server.resetCalls();
        const { partitions } = await other.logs({ job: JOB }, {}, createCall());
        const again = { ...request, from: rows.at(-1)!, hint };
        const on: number[] = [];
        for await (const batch of partitions[0]!.read(again, createCall())) {
          on.push(...rowsOf(batch).map(numberOf));
          if (on.length >= 50) break;
        }
        expect(on).toEqual(all.slice(rows.length, rows.length + on.length));
        expect(harness.server.calls.length).toBeLessThan(16);
      }
    },
  );
});

describe.each(WAYS)('pages that come empty, with $tokens tokens, $direction', ({ tokens, direction }) => {
  test.each(['honest', 'null'] as const)('although they were promised are reported (total: %s)', async (total) => {
    // The last one promises one page alone.
    for (const emptyFrom of [0, PAGE, 100, COUNT - 10]) {
      const harness = await start(upTo(COUNT), { tokens, total, emptyFrom });
      const found = upTo(emptyFrom);
      const { numbers, error } = await read(harness, direction);
      expect(numbers).toEqual(direction === 'forward' ? found : found.reverse());
      // Behind tokens that say nothing, any page may be empty.
      if (total === 'honest' || (tokens === 'numbered' && emptyFrom < COUNT - 3 * PAGE))
        expect(error, `empty from ${emptyFrom}`).toMatchObject({
          code: 'SOURCE_BAD_RESPONSE',
          message: expect.stringMatching(/its list (does not end: pages|ends before)/) as string,
        });
      // Where tokens say nothing, each look for the last page passes over all pages that are empty: five looks are the most.
      expect(harness.server.calls.length).toBeLessThanOrEqual(5 * Math.ceil(COUNT / PAGE));
    }
  });
});

describe('a list that promises more for ever', () => {
  test.each<[string, NemoOptions, Direction]>([
    ['empty pages', { more: 'always' }, 'forward'],
    ['empty pages', { more: 'always', tokens: 'opaque' }, 'forward'],
    ['a token that leads back', { more: 'always', nextIsSecond: true, tokens: 'opaque' }, 'backward'],
    ['the same page', { ignoresPlace: true }, 'forward'],
    ['the same page', { ignoresPlace: true }, 'backward'],
    ['the same page', { ignoresPlace: true, more: 'always', tokens: 'opaque' }, 'forward'],
  ])('with %s is reported as such (%o, %s)', async (_, options, direction) => {
    const harness = await start(upTo(COUNT), options);
    const { numbers, error } = await read(harness, direction);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(error).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      source: 'nemo-test',
      message: expect.stringContaining('nemo-test: its list does not end') as string,
    });
    if (options.more === 'always' && options.ignoresPlace !== true && options.nextIsSecond !== true)
      expect(numbers).toEqual(upTo(COUNT));
    expect(harness.server.calls.length).toBeLessThanOrEqual(Math.ceil(COUNT / PAGE) + 25);
  });

  test('of one instant, with the same page again and tokens that say nothing, is given up after a few calls', async () => {
    const harness = await connect({
      simulation: { ignoresPlace: true, tokens: 'opaque', total: 'null' },
      source: { pageSize: PAGE, maxWalk: 1_000 },
    });
    harness.simulation.createJob({ name: 'sft', status: 'SUCCEEDED' });
    harness.simulation.generate(JOB, COUNT, () => ({ time: START, message: 'step' }));
    for (const direction of ['forward', 'backward'] as const) {
      harness.server.resetCalls();
      const request = { direction, from: null, hint: null, until: null, need: COUNT };
      let rows = 0;
      const reading = (async () => {
        for await (const batch of (await partitionOf(harness)).read(request, createCall())) {
          rows += batch.rows.length;
          if (batch.contradicts === true) throw new Error(batch.truncated);
        }
      })();
      await expect(reading).rejects.toThrow(/its list does not end|rows of one time say the same/);
      // Which of the pages that say the same are the same can't be known: none of them is given twice.
      expect(rows).toBeLessThanOrEqual(PAGE);
      expect(harness.server.calls.length).toBeLessThan(100);
    }
  });

  test('is read backwards from the last page that has lines', async () => {
    for (const tokens of ['numbered', 'opaque'] as const) {
      const harness = await start(upTo(COUNT), { more: 'always', tokens });
      expect(await read(harness, 'backward')).toEqual({ numbers: upTo(COUNT).reverse(), error: null });
    }
  });
});
