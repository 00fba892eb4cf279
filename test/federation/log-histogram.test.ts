import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { HistogramArguments, LogHistogram } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';
import type { FakeSource } from './fake-sources.ts';

const SECOND = 1_000_000_000n;
/** 2023-11-14T22:13:20Z */
const START = 1_700_000_000n * SECOND;
const SCOPES = ['job0', 'job1'].map((job) => ({ source: 'a', scope: { job } }));

/** Two jobs with one line per second each. */
function source(count: number): FakeSource {
  const native = (name: string) =>
    offsetNative(
      Array.from({ length: count }, (_, index) => ({
        time: START + BigInt(index) * SECOND,
        id: `${name}${String(index).padStart(6, '0')}`,
        text: `line ${index}`,
        level: 'info',
      })),
      { limit: 50, timeFilter: true, total: true, tieOrdered: true },
    );
  return fakeSource('a', { job0: [native('x')], job1: [native('y')] });
}

function histogram(of: FakeSource, args: HistogramArguments = {}, maxPageSize = 100): Promise<LogHistogram> {
  return createFederation([of], { maxPageSize }).histogram(SCOPES, args, createCall());
}

describe('a histogram', () => {
  test('counts every line once, in adjacent spans', async () => {
    const counted = await histogram(source(60), { buckets: 4 });
    expect(counted).toMatchObject({
      from: '2023-11-14T22:13:20Z',
      until: '2023-11-14T22:14:19.000000001Z',
      coveredFrom: '2023-11-14T22:13:20Z',
      total: 120,
      isPartial: false,
      failures: [],
    });
    expect(counted.buckets.map(({ total }) => total)).toEqual([30, 30, 30, 30]);
    expect(counted.buckets[0]?.counts).toEqual([{ severity: 'UNSPECIFIED', count: 30 }]);
    expect(counted.buckets.slice(1).map(({ from }) => from)).toEqual(
      counted.buckets.slice(0, -1).map(({ until }) => until),
    );
  });

  test('has spans that begin at multiples of their length, including empty ones', async () => {
    const filter = { since: '2023-11-14T22:13:00Z', until: '2023-11-14T22:14:00Z', contains: 'line' };
    const { buckets, total } = await histogram(source(60), { filter, step: 15n * SECOND });
    expect(buckets.map(({ from, total: lines }) => [from.slice(14), lines])).toEqual([
      ['13:00Z', 0],
      ['13:15Z', 20],
      ['13:30Z', 30],
      ['13:45Z', 30],
    ]);
    expect(total).toBe(80);
  });

  test('tells from when on it is complete if there are more lines than it reads', async () => {
    const counted = await histogram(source(60), { buckets: 6 }, 2);
    expect(counted).toMatchObject({
      from: '2023-11-14T22:13:20Z',
      coveredFrom: '2023-11-14T22:14:00.000000001Z',
      total: 40,
      isPartial: true,
    });
    expect(counted.buckets.map(({ total }) => total)).toEqual([0, 0, 0, 0, 20, 20]);
  });

  test('is partial if a source fails, and lists the failure', async () => {
    const failing = source(10);
    failing.failures.set('job1', 9);
    expect(await histogram(failing)).toMatchObject({
      total: 10,
      isPartial: true,
      failures: [{ source: 'a', code: 'SOURCE_UNAVAILABLE' }],
    });
  });

  test('of no lines is empty', async () => {
    expect(await histogram(source(0))).toEqual({
      from: null,
      until: null,
      coveredFrom: null,
      buckets: [],
      total: 0,
      isPartial: false,
      failures: [],
    });
  });

  test.each([
    [{ buckets: 0 }, /buckets: 0/],
    [{ buckets: 1_001 }, /1 to 1000/],
    [{ buckets: 3, step: SECOND }, /not both/],
    [{ step: 1_000_000n }, /at most 1000/],
  ])('is refused for %o', async (args, message) => {
    await expect(histogram(source(60), args)).rejects.toThrow(message);
  });
});
