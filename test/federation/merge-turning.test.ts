import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LogArguments, LogNode } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { keysetNative, offsetNative, timeNative, tokenNative, wholeNative } from '../pagination/fake-natives.ts';
import type { FakeNative, Line, RawLine } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';

const RUNS = process.env['DEEP'] === '1' ? 5_000 : 400;
const LEVELS = ['debug', 'info', 'warning', 'error'];

let counter = 0;

const lineArbitrary: fc.Arbitrary<RawLine> = fc
  .record({
    slot: fc.integer({ min: 0, max: 40 }),
    text: fc.constantFrom('loading', 'step', 'step', 'done', 'retry'),
    level: fc.constantFrom(...LEVELS),
  })
  .map(({ slot, ...said }) => {
    counter += 1;
    const time = 1_700_000_000_000_000_000n + BigInt(slot) * 1_000_000n;
    return { time, id: `r${String(counter).padStart(9, '0')}`, ...said };
  });

type Make = (lines: readonly RawLine[]) => FakeNative;
const keyset =
  (cursors: boolean, newestFirst: boolean, spread: bigint): Make =>
  (lines) =>
    keysetNative(lines, { limit: 6, cursors, newestFirst, spread, runningLevel: 'debug' });

const makers: readonly Make[] = [
  keyset(true, true, 6_000_000n),
  keyset(true, true, 0n),
  keyset(false, true, 6_000_000n),
  keyset(false, false, 3_000_000n),
  (lines) => tokenNative(lines, { limit: 7, addressable: true }),
  (lines) => tokenNative(lines, { limit: 5, addressable: false }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: true, total: true, tieOrdered: true }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: false, total: true, tieOrdered: true }),
  (lines) => timeNative(lines, { limit: 30, levels: LEVELS }),
  (lines) => wholeNative(lines),
];

/**
 * One page of a walk: its direction, its size, the entry seen so far that it starts from, and the lines that arrived
 * before it.
 */
const step = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  back: fc.boolean(),
  from: fc.constantFrom('start', 'end', 'any'),
  pick: fc.nat(),
  late: fc.array(fc.record({ to: fc.nat(), line: lineArbitrary }), { maxLength: 4 }),
});

interface Place {
  readonly job: number;
  readonly line: Line;
}

function comparePlaces(a: Place, b: Place): number {
  if (a.line.time !== b.line.time) return a.line.time < b.line.time ? -1 : 1;
  if (a.job !== b.job) return a.job - b.job;
  return a.line.tie < b.line.tie ? -1 : a.line.tie > b.line.tie ? 1 : 0;
}

const keyOf = (job: number, { time, tie }: Pick<Line, 'time' | 'tie'>): string => `${job}/${time}/${tie}`;

test('a merge returns the lines on either side of any cursor, including late ones, wherever the walk has turned', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ make: fc.constantFrom(...makers), lines: fc.array(lineArbitrary, { maxLength: 25 }) }), {
        minLength: 2,
        maxLength: 4,
      }),
      fc.array(step, { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      async (jobs, steps, descending) => {
        const natives = jobs.map(({ make, lines }) => make(lines));
        const sources = [
          fakeSource('a', Object.fromEntries(natives.map((native, index) => [`job${index}`, [native]]))),
        ];
        const scopes = natives.map((_, index) => ({ source: 'a', scope: { job: `job${index}` } }));
        const whole = (): Place[] =>
          natives.flatMap((native, job) => native.expected().map((line) => ({ job, line }))).sort(comparePlaces);
        const read = async (args: LogArguments): Promise<{ cursor: string; node: LogNode }[]> => {
          const connection = createFederation(sources).logs(scopes, args, createCall());
          expect(await connection.failures()).toEqual([]);
          // Cursors are computed on access.
          return (await connection.edges()).map(({ cursor, node }) => ({ cursor, node }));
        };
        const known = new Map<string, string>();
        let page: { key: string; cursor: string }[] = [];
        for (const { size, back, from, pick, late } of steps) {
          for (const { to, line } of late) natives[to % natives.length]!.add([line]);
          const seen = [...known].map(([key, cursor]) => ({ key, cursor }));
          const near = { start: page.at(0), end: page.at(-1), any: seen[pick % Math.max(1, seen.length)] }[from];
          const all = descending ? whole().reverse() : whole();
          const at = near === undefined ? -1 : all.findIndex(({ job, line }) => keyOf(job, line) === near.key);
          const args = back
            ? { last: size, before: near?.cursor ?? null }
            : { first: size, after: near?.cursor ?? null };
          const beyond = back
            ? all.slice(0, at === -1 ? all.length : at).slice(-size)
            : all.slice(at + 1, at + 1 + size);
          const edges = await read({ ...args, descending });
          const keys = edges.map(({ node }) => keyOf(Number(node.jobKey.slice(3)), node));
          expect(keys).toEqual(beyond.map(({ job, line }) => keyOf(job, line)));
          if (edges.length === 0) continue;
          page = edges.map(({ cursor }, index) => ({ key: keys[index]!, cursor }));
          for (const { key, cursor } of page) known.set(key, cursor);
        }
      },
    ),
    { numRuns: RUNS },
  );
});
