import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { checkWorkers, partOf, workersOf } from '../../src/config/workers.ts';
import { VENDORS } from '../../src/vendors/index.ts';

function configuration(value: { readonly server?: object; readonly limits?: object }, limits: object = {}) {
  const sources = { one: { vendor: 'sap-job-scheduling', baseUrl: 'https://one.example.com', limits } };
  return parseConfiguration({ ...value, sources }, { origin: 'a test', vendors: VENDORS, environment: {} });
}

test('the parts of all workers add up to each limit, and each has some of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 64, max: 1_000 }), (of, limit) => {
      const limits = {
        connections: limit,
        requestsPerSecond: limit,
        operations: limit,
        unreadBytes: limit,
        heldVendorBytes: limit,
      };
      const whole = configuration({ limits }, { concurrency: limit });
      checkWorkers(whole, of, 'a test');
      const parts = Array.from({ length: of }, (_, i) => partOf(whole, { number: i + 1, of }));
      const sums = parts.map(({ limits, sources: [source] }) => [
        limits.connections,
        limits.requestsPerSecond,
        limits.operations,
        limits.unreadBytes,
        limits.heldVendorBytes,
        source?.http.limits.concurrency ?? 0,
      ]);
      for (let i = 0; i < 6; i += 1) {
        expect(sums.reduce((sum, each) => sum + (each[i] ?? 0), 0)).toBe(limit);
        expect(Math.min(...sums.map((each) => each[i] ?? 0))).toBeGreaterThan(0);
      }
    }),
    { numRuns: 20 },
  );
});

test('what is bounded for each operation, and what follows the heap, is not divided', () => {
  const whole = configuration({});
  const part = partOf(whole, { number: 1, of: 4 });
  expect(part.limits).toEqual({ ...whole.limits, connections: 2_500, requestsPerSecond: 50, operations: 500 });
});

test('a limit that is smaller than the number of workers is refused with its key', () => {
  const whole = configuration({ limits: { operations: 3 } }, { concurrency: 2 });
  expect(() => {
    checkWorkers(whole, 4, 'a test');
  }).toThrow(/limits\.operations: .* at least 4\n.*sources\.one\.limits\.concurrency: .* at least 4/);
  checkWorkers(whole, 1, 'a test');
});

test('auto is one worker for each core, and no more than limits can be divided among', () => {
  const server = { workers: 'auto' };
  expect(workersOf(configuration({ server }), 6)).toBe(6);
  expect(workersOf(configuration({ server }, { concurrency: 3 }), 6)).toBe(3);
  expect(workersOf(configuration({ server: { workers: 5 } }, { concurrency: 3 }), 6)).toBe(5);
  expect(workersOf(null, 6)).toBe(1);
});

test('workers pace a source that asks for it as one process would, and a reload finds the source unchanged', () => {
  const whole = configuration({});
  const [one, again] = [partOf(whole, { number: 1, of: 2 }), partOf(configuration({}), { number: 1, of: 2 })];
  const busy = { status: 429, headers: {} };
  const [before, after] = [whole, one].map(({ sources: [source] }) => source?.http.paceAfter?.(busy));
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(2 * (before ?? 0));
  expect(one.sources).toEqual(again.sources);
});
