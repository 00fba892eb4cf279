import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LogArguments, LogNode } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { keysetNative, offsetNative, timeNative, tokenNative, wholeNative } from '../pagination/fake-natives.ts';
import type { FakeNative, Line, RawLine } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';
import type { FakeSource } from './fake-sources.ts';

const RUNS = process.env['DEEP'] === '1' ? 2_000 : 200;
const LEVELS = ['debug', 'info', 'warning', 'error'];

let counter = 0;

const lineArbitrary: fc.Arbitrary<RawLine> = fc
  .record({
    slot: fc.integer({ min: 0, max: 40 }),
    text: fc.constantFrom('loading', 'step', 'step', 'done', 'retry'),
    level: fc.constantFrom(...LEVELS),
  })
  .map(({ slot, text, level }) => {
    counter += 1;
    return {
      time: 1_700_000_000_000_000_000n + BigInt(slot) * 1_000_000n,
      id: `r${String(counter).padStart(9, '0')}`,
      text,
      level,
    };
  });

type MakeNative = (lines: readonly RawLine[]) => FakeNative;
const makers: readonly MakeNative[] = [
  (lines) => tokenNative(lines, { limit: 7, addressable: true }),
  (lines) => tokenNative(lines, { limit: 5, addressable: false, expiring: true }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: true, total: false, tieOrdered: true }),
  (lines) => keysetNative(lines, { limit: 6, cursors: true, newestFirst: true, spread: 3_000_000n }),
  (lines) => timeNative(lines, { limit: 30, levels: LEVELS }),
  (lines) => wholeNative(lines),
];

/** One busy job, some quiet ones and an empty one: at several sources and with every scheme. */
const jobsArbitrary = fc
  .array(
    fc.record({
      source: fc.constantFrom('a', 'b'),
      partitions: fc.array(
        fc.record({
          maker: fc.constantFrom(...makers),
          lines: fc.array(lineArbitrary, { maxLength: 12 }),
          busy: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .chain((jobs) =>
    fc.array(lineArbitrary, { minLength: 0, maxLength: 150 }).map((many) => {
      const made = jobs.map((job, index) => ({
        source: job.source,
        key: `job${index}`,
        natives: job.partitions.map((part, i) => part.maker(index === 0 && i === 0 ? many : part.lines)),
      }));
      const sources = ['a', 'b'].map((name) =>
        fakeSource(
          name,
          Object.fromEntries(made.filter((job) => job.source === name).map((job) => [job.key, job.natives])),
        ),
      );
      // Kept short in a counterexample.
      return {
        made,
        sources,
        [fc.toStringMethod]: () =>
          JSON.stringify(
            made.map((job) => [
              job.source,
              ...job.natives.map((native) => [
                native.name,
                native.expected().map((line) => `${line.time % 1_000_000_000_000n}:${line.id}:${line.text}`),
              ]),
            ]),
          ),
      };
    }),
  );

interface MadeJob {
  readonly source: string;
  readonly key: string;
  readonly natives: readonly FakeNative[];
}

/** The expected merged log: by time, then job, then partition, then tie-break. */
function oracle(made: readonly MadeJob[]): string[] {
  const rows = made.flatMap((job) =>
    job.natives.flatMap((native, i) =>
      native.expected().map((line) => ({ job, partition: job.natives.length === 1 ? '' : `p${i}`, line })),
    ),
  );
  const scope = (row: (typeof rows)[number]): string => JSON.stringify([row.job.source, row.job.key, null, null, null]);
  rows.sort(
    (a, b) =>
      compare(a.line.time, b.line.time) ||
      compare(scope(a), scope(b)) ||
      compare(a.partition, b.partition) ||
      compare(a.line.tie, b.line.tie),
  );
  return rows.map(({ job, line }) => keyOf(job.source, job.key, line));
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(source: string, job: string, line: Pick<Line, 'time' | 'tie'>): string {
  return `${source}/${job}/${line.time}/${line.tie}`;
}

const nodeKey = (node: LogNode): string => keyOf(node.source, node.jobKey, node);

/** Each request uses a new instance: nothing may depend on state from an earlier one. */
function request(sources: readonly FakeSource[], made: readonly MadeJob[], args: LogArguments) {
  const federation = createFederation(sources);
  return federation.logs(
    made.map(({ source, key }) => ({ source, scope: { job: key } })),
    args,
    createCall(),
  );
}

describe('entries of several jobs', () => {
  test('come in one order, each once, for any page sizes and any changes of direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobsArbitrary,
        fc.boolean(),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 60 }), back: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        async ({ made, sources }, descending, steps) => {
          const all = descending ? oracle(made).reverse() : oracle(made);
          // The rows between two cursors: `start` is the last row seen first, `end` the one after the last.
          let start = 0;
          let end = 0;
          let cursors: { start: string | null; end: string | null } = { start: null, end: null };
          for (const [i, { size, back }] of steps.entries()) {
            const fromEnd = i === 0 ? back : back && cursors.start !== null;
            const args: LogArguments = fromEnd
              ? { last: size, before: cursors.start, descending }
              : { first: size, after: cursors.end, descending };
            const connection = request(sources, made, args);
            const edges = await connection.edges();
            const info = await connection.pageInfo();
            const limit = fromEnd ? (i === 0 ? all.length : start) : end;
            const [low, high] = fromEnd
              ? [Math.max(0, limit - size), limit]
              : [limit, Math.min(all.length, limit + size)];
            expect(edges.map((edge) => nodeKey(edge.node))).toEqual(all.slice(low, high));
            expect(fromEnd ? info.hasPreviousPage : info.hasNextPage).toBe(fromEnd ? low > 0 : high < all.length);
            expect(edges.at(0)?.cursor ?? null).toEqual(edges.length === 0 ? null : expect.any(String));
            if (edges.length === 0) return;
            [start, end] = [low, high];
            cursors = { start: edges[0]!.cursor, end: edges.at(-1)!.cursor };
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('are all found, each once, by a walk during which sources fail at times', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobsArbitrary,
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.record({ job: fc.nat({ max: 3 }), times: fc.integer({ min: 0, max: 2 }), unnamed: fc.boolean() }), {
          maxLength: 6,
        }),
        async ({ made, sources }, size, faults) => {
          const seen: string[] = [];
          let after: string | null = null;
          const pending = [...faults];
          for (let page = 0; page < 400; page += 1) {
            const fault = pending.shift();
            const broken = fault === undefined ? undefined : made[fault.job % made.length];
            for (const source of sources) {
              source.failures.clear();
              source.unnamed.clear();
            }
            if (fault !== undefined && broken !== undefined && made.length > 1) {
              const source = sources.find(({ name }) => name === broken.source);
              (fault.unnamed ? source?.unnamed : source?.failures)?.set(broken.key, fault.times);
            }
            const connection = request(sources, made, { first: size, after });
            seen.push(...(await connection.nodes()).map(nodeKey));
            const info = await connection.pageInfo();
            after = info.endCursor ?? after;
            if (!info.hasNextPage) break;
          }
          expect([...seen].sort()).toEqual(oracle(made).sort());
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('that a residual filter rejects are read a bounded number of pages at a time, and no match is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobsArbitrary,
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom('loading', 'done', 'nothing'),
        async ({ made, sources }, size, contains) => {
          const federation = createFederation(sources, { maxScanPages: 2 });
          const scopes = made.map(({ source, key }) => ({ source, scope: { job: key } }));
          const seen: string[] = [];
          let after: string | null = null;
          for (let page = 0; page < 400; page += 1) {
            const connection = federation.logs(scopes, { first: size, after, filter: { contains } }, createCall());
            const nodes = await connection.nodes();
            expect(nodes.every((node) => node.message.includes(contains))).toBe(true);
            seen.push(...nodes.map(nodeKey));
            const info = await connection.pageInfo();
            if (info.hasNextPage) expect(info.endCursor).not.toBeNull();
            after = info.endCursor;
            if (!info.hasNextPage) break;
          }
          const wanted = new Set(
            made.flatMap((job) =>
              job.natives.flatMap((native) =>
                native
                  .expected()
                  .filter((line) => line.text.includes(contains))
                  .map((line) => keyOf(job.source, job.key, line)),
              ),
            ),
          );
          expect(seen).toEqual(oracle(made).filter((key) => wanted.has(key)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('within since and until are exactly those of the half-open interval', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobsArbitrary,
        fc.nat({ max: 42 }),
        fc.nat({ max: 42 }),
        fc.boolean(),
        fc.boolean(),
        async ({ made, sources }, a, b, descending, fromEnd) => {
          const at = (slot: number): string => new Date(1_700_000_000_000 + slot).toISOString();
          const filter = { since: at(a), until: at(b) };
          const connection = request(sources, made, {
            ...(fromEnd ? { last: 1000 } : { first: 1000 }),
            filter,
            descending,
          });
          const inside = oracle(made).filter((key) => {
            const slot = (BigInt(key.split('/')[2]!) - 1_700_000_000_000_000_000n) / 1_000_000n;
            return slot >= BigInt(a) && slot < BigInt(b);
          });
          expect((await connection.nodes()).map(nodeKey)).toEqual(descending ? inside.reverse() : inside);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('cursors', () => {
  test('that were not issued for the connection are CURSOR_INVALID, even if they look valid', async () => {
    const sources = [
      fakeSource('a', {
        job: [tokenNative([{ time: 1n, id: 'r1', text: 'x', level: 'info' }], { limit: 5, addressable: true })],
      }),
    ];
    const federation = createFederation(sources);
    const logs = (args: LogArguments) => federation.logs([{ source: 'a', scope: { job: 'job' } }], args, createCall());
    const [edge] = await logs({ first: 1 }).edges();
    const good = edge!.cursor;
    expect(good).toMatch(/^[A-Za-z0-9_-]+$/);
    await expect(logs({ first: 1, after: good }).edges()).resolves.toEqual([]);
    await expect(logs({ first: 1, after: good, descending: true }).edges()).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    await expect(logs({ first: 1, after: good, filter: { contains: 'x' } }).edges()).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    const mangled = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc
        .record({ at: fc.nat({ max: good.length - 1 }), by: fc.constantFrom('A', 'b', '-', '_', '') })
        .map(({ at, by }) => good.slice(0, at) + by + good.slice(at + 1)),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(mangled, async (cursor) => {
        // An empty text means no cursor.
        fc.pre(cursor !== good && cursor !== '');
        await expect(logs({ first: 1, after: cursor }).edges()).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      }),
      { numRuns: 1_000 },
    );
  });
});
