import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Connection, ConnectionArguments, SourceFailure } from '../../src/federation/api.ts';
import type { Job } from '../../src/domain/job.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { MAX_WHOLE_PAGES } from '../../src/pagination/dated-list/whole-pages.ts';
import { jobSources, newestFirst } from './fake-job-lists.ts';
import type { FakeJob, FakeList } from './fake-job-lists.ts';

const RUNS = process.env['DEEP'] === '1' ? 2_000 : 200;
const START = 1_700_000_000_000_000_000n;

let made = 0;

function newJob(slot: number | null, isPart = false): FakeJob {
  made += 1;
  return {
    key: `job-${String(made).padStart(7, '0')}`,
    time: slot === null ? null : START + BigInt(slot) * 1_000_000n,
    isPart,
  };
}

/** Few instants, so that many jobs share one; some jobs have no time. */
const jobs = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 12 }) }, { weight: 1, arbitrary: fc.constant(null) }),
  {
    maxLength: 40,
  },
);

/** What vendors do: most return the newest first, some do not, and some only seem to. */
const kinds = fc.constantFrom(
  ['newest first', true] as const,
  ['newest first', true] as const,
  ['newest first', false] as const,
  ['oldest first', false] as const,
  ['as made', false] as const,
);

const listsArbitrary = fc
  .array(
    fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      pageSize: fc.integer({ min: 1, max: 9 }),
      kind: kinds,
      totals: fc.constantFrom('exact', 'exact', 'null', 'of the page', 'too high'),
      jobs,
      // One in this many rows is a part of a job; 0: none is.
      partsEvery: fc.constantFrom(0, 0, 0, 2, 5),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map(({ source, pageSize, kind: [order, claims], totals, jobs: slots, partsEvery }, index): FakeList => ({
      source,
      key: `list${index}`,
      pageSize,
      order,
      claims,
      totals,
      jobs: slots.map((slot, row) => newJob(slot, partsEvery > 0 && row % partsEvery === 1)),
      failures: 0,
      calls: 0,
    })),
  );

/** Each request uses a new instance: nothing may depend on state from an earlier one. */
function request(lists: readonly FakeList[], args: ConnectionArguments): Connection<Job> {
  return createFederation(jobSources(lists)).jobs({ ...args, listFailures: true }, createCall());
}

/**
 * The failures but for one: a list without a job whose vendor counts some. Nobody can tell which of both is wrong, so that is
 * reported.
 */
async function otherFailures(
  connection: Connection<Job>,
  empty: readonly FakeList[],
): Promise<readonly SourceFailure[]> {
  const doubted = new Set(empty.filter(({ totals }) => totals === 'too high').map(({ source }) => source));
  const failures = await connection.failures();
  return failures.filter(({ source, code }) => code !== 'SOURCE_BAD_RESPONSE' || !doubted.has(source));
}

function withoutJobs(lists: readonly FakeList[]): FakeList[] {
  return lists.filter(({ jobs }) => jobs.length === 0);
}

async function keysOf(connection: Connection<Job>): Promise<string[]> {
  return (await connection.nodes()).map(({ source, key }) => `${source}/${key}`);
}

describe('jobs of several sources', () => {
  test('come newest first, each once, for any page sizes and any changes of direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        listsArbitrary,
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 30 }), back: fc.boolean() }), {
          minLength: 1,
          maxLength: 10,
        }),
        async (lists, steps) => {
          const all = newestFirst(lists);
          let [start, end] = [0, 0];
          let cursors: { start: string | null; end: string | null } = { start: null, end: null };
          for (const [i, { size, back }] of steps.entries()) {
            const fromEnd = i === 0 ? back : back && cursors.start !== null;
            const connection = request(
              lists,
              fromEnd ? { last: size, before: cursors.start } : { first: size, after: cursors.end },
            );
            const edges = await connection.edges();
            const info = await connection.pageInfo();
            const limit = fromEnd ? (i === 0 ? all.length : start) : end;
            const [low, high] = fromEnd
              ? [Math.max(0, limit - size), limit]
              : [limit, Math.min(all.length, limit + size)];
            expect(await keysOf(connection)).toEqual(all.slice(low, high));
            expect(fromEnd ? info.hasPreviousPage : info.hasNextPage).toBe(fromEnd ? low > 0 : high < all.length);
            expect(await otherFailures(connection, withoutJobs(lists))).toEqual([]);
            if (edges.length === 0) return;
            [start, end] = [low, high];
            cursors = { start: edges[0]!.cursor, end: edges.at(-1)!.cursor };
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('are each returned once by a walk during which others are created, at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        listsArbitrary,
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 60 }),
        async (lists, size, growth) => {
          const first = newestFirst(lists);
          let slot = 100;
          for (const list of lists) {
            list.beforePage = () => {
              const fresh = Array.from({ length: growth.pop() ?? 0 }, () => newJob((slot += 1)));
              // If the vendor has no order, new jobs may appear anywhere.
              list.jobs.splice(slot % (list.jobs.length + 1), 0, ...fresh);
            };
          }
          const seen: string[] = [];
          let after: string | null = null;
          for (let page = 0; page < 400; page += 1) {
            const empty = withoutJobs(lists);
            const connection = request(lists, { first: size, after });
            seen.push(...(await keysOf(connection)));
            expect(await otherFailures(connection, empty)).toEqual([]);
            const info = await connection.pageInfo();
            after = info.endCursor;
            if (!info.hasNextPage) break;
          }
          const wanted = new Set(first);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((key) => wanted.has(key))).toEqual(first);
          const order = newestFirst(lists);
          expect(seen).toEqual(order.filter((key) => seen.includes(key)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('are all found by a walk during which sources fail at times, and a failure affects only its own source', async () => {
    await fc.assert(
      fc.asyncProperty(
        listsArbitrary,
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ list: fc.nat({ max: 3 }), times: fc.integer({ min: 1, max: 3 }) }), { maxLength: 5 }),
        async (lists, size, faults) => {
          const seen: string[] = [];
          let after: string | null = null;
          const pending = [...faults];
          for (let page = 0; page < 400; page += 1) {
            const fault = pending.shift();
            for (const list of lists) list.failures = 0;
            const broken = fault === undefined ? undefined : lists[fault.list % lists.length];
            if (broken !== undefined) broken.failures = fault!.times;
            const connection = request(lists, { first: size, after });
            seen.push(...(await keysOf(connection)));
            const failures = await otherFailures(connection, withoutJobs(lists));
            for (const { source, code } of failures)
              expect([source, code]).toEqual([broken?.source, 'SOURCE_UNAVAILABLE']);
            const info = await connection.pageInfo();
            after = info.endCursor ?? after;
            if (!info.hasNextPage) break;
          }
          expect(seen.toSorted()).toEqual(newestFirst(lists).sort());
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('that a list returns in the wrong order are sorted once that is noticed', async () => {
    await fc.assert(
      fc.asyncProperty(listsArbitrary, fc.integer({ min: 1, max: 12 }), async (lists, size) => {
        const lying = lists.map((list): FakeList => ({
          ...list,
          order: list.order === 'newest first' ? 'oldest first' : list.order,
          claims: true,
        }));
        const seen: string[] = [];
        let isSaid = false;
        let after: string | null = null;
        for (let page = 0; page < 400; page += 1) {
          const connection = request(lying, { first: size, after });
          seen.push(...(await keysOf(connection)));
          isSaid ||= (await connection.failures()).some(({ code }) => /TRUNCATED|UNAVAILABLE/.test(code));
          const info = await connection.pageInfo();
          after = info.endCursor ?? after;
          if (!info.hasNextPage || isSaid) break;
        }
        expect(new Set(seen).size).toBe(seen.length);
        // If the order of the first page looked right, some jobs were skipped, which is reported.
        if (!isSaid) expect(seen).toEqual(newestFirst(lying));
      }),
      { numRuns: RUNS },
    );
  });
});

function list(overrides: Partial<FakeList>): FakeList {
  const base = { source: 'a', key: '', pageSize: 5, order: 'newest first', claims: true, totals: 'exact' } as const;
  return { ...base, jobs: [], failures: 0, calls: 0, ...overrides };
}

const many = (count: number): FakeJob[] => Array.from({ length: count }, (_, index) => newJob(index));

describe('lists of jobs without an end', () => {
  test.each([
    ['is not counted', 'null'],
    ['counts more than it gives', 'too high'],
  ] as const)('end if the vendor returns the same page again and %s, which is reported', async (_, totals) => {
    for (const claims of [true, false]) {
      for (const args of [{ first: 20 }, { last: 20 }]) {
        const stuck = list({ jobs: many(12), totals, stuck: true, claims });
        const connection = request([stuck], args);
        expect(await keysOf(connection)).toEqual(newestFirst([stuck]).slice(0, 5));
        expect(await connection.failures()).toMatchObject([{ source: 'a', code: 'SOURCE_BAD_RESPONSE' }]);
        expect((await connection.pageInfo()).hasNextPage).toBe(false);
        expect(stuck.calls).toBeLessThan(12);
      }
    }
  });

  test('in no order are read up to a bound, and the rest is reported as missing', async () => {
    const long = list({ jobs: many(5 * MAX_WHOLE_PAGES + 1), order: 'oldest first', claims: false });
    const connection = request([long], { first: 3 });
    expect(await keysOf(connection)).toHaveLength(3);
    expect(await connection.failures()).toMatchObject([{ source: 'a', code: 'SOURCE_TRUNCATED' }]);
    expect(long.calls).toBe(MAX_WHOLE_PAGES);
  });
});

describe('a total', () => {
  test('counts jobs, not the parts of jobs that a vendor lists among them', async () => {
    const jobs = [0, 1, 2, 3, 4].map((slot) => newJob(slot, slot === 2));
    const count = async (pageSize: number): Promise<number | null> =>
      request([list({ jobs, pageSize })], { first: 1 }).totalCount();
    expect(await count(10)).toBe(4);
    expect(await count(2)).toBe(null);
  });
});

describe('what a page of jobs costs', () => {
  test('is one call to each list, in parallel, at any depth', async () => {
    const lists = ['a', 'b', 'c'].map((source) => list({ source, jobs: many(400), pageSize: 100 }));
    let after: string | null = null;
    for (let page = 0; page < 6; page += 1) {
      for (const one of lists) one.calls = 0;
      const connection = request(lists, { first: 150, after });
      await connection.nodes();
      after = (await connection.pageInfo()).endCursor;
      for (const { calls } of lists) expect(calls).toBeLessThanOrEqual(2);
    }
  });
});
