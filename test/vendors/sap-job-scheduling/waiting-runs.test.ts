import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import { comparePositions, isBeyond, startOfInstant } from '../../../src/domain/ordered.ts';
import type { Direction, Position } from '../../../src/domain/ordered.ts';
import type { SapOptions, SapRunInput } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { only, SECOND, START, startHarness } from './harness.ts';
import type { Harness, Read } from './harness.ts';
import { overtaking, runAt, runsOf, schedules, showsDirection, SPAN } from './waiting-runs.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 1_000 : 40;

const instances: fc.Arbitrary<SapOptions> = fc.record({
  dialect: fc.constantFrom('legacy', 'current'),
  order: fc.constantFrom('newest-first', 'oldest-first'),
  ties: fc.constantFrom('inserted', 'shuffled'),
  sortedBy: fc.constantFrom('invocation', 'scheduling'),
});
const directions = fc.constantFrom<Direction>('forward', 'backward');
const pageSizes = fc.integer({ min: 3, max: 30 });
const takes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(150)), { minLength: 1, maxLength: 3 });

interface PageOptions {
  readonly direction: Direction;
  readonly last?: Read<LogEntry> | undefined;
  readonly from?: Position | null;
  readonly until?: Position | null;
  readonly take?: number;
}

/** A page of lines. Fails where the source says that lines are missing. */
async function pageOf(connector: Connector, key: string, options: PageOptions): Promise<Read<LogEntry>[]> {
  const { rows, isSaid } = await saidPageOf(connector, key, options);
  expect(isSaid).toBe(false);
  return rows;
}

/** A page of lines, and whether the source says that lines are missing. */
async function saidPageOf(
  connector: Connector,
  key: string,
  { direction, last, from = last?.row ?? null, until = null, take = Infinity }: PageOptions,
): Promise<{ readonly rows: Read<LogEntry>[]; readonly isSaid: boolean }> {
  const call = createCall();
  const partition = only((await connector.logs({ job: key }, {}, call)).partitions);
  const rows: Read<LogEntry>[] = [];
  const request = { direction, from, hint: last?.hint ?? null, until, need: Math.min(take, 1_000) };
  let isSaid = false;
  for await (const batch of partition.read(request, call)) {
    isSaid ||= batch.truncated !== undefined;
    rows.push(...batch.rows);
    if (rows.length >= take) break;
  }
  return { rows: rows.slice(0, take), isSaid };
}

async function withRuns<T>(
  options: SapOptions,
  runs: readonly SapRunInput[],
  body: (harness: Harness, key: string, ids: string[]) => Promise<T>,
): Promise<T> {
  const harness = await startHarness({ auth: 'basic', ...options });
  try {
    const key = harness.simulation.createJob();
    return await body(
      harness,
      key,
      runs.map((run) => harness.simulation.addRun(key, run)),
    );
  } finally {
    await harness.close();
  }
}

const tiesOf = (ids: readonly string[]): string[] =>
  ids.flatMap((id) => ['0000', '0001', '0002'].map((index) => `${id}.${index}`)).sort();
const tieOf = ({ row }: Read<LogEntry>): string => row.tie;

function expectInOrder(lines: readonly Read<LogEntry>[], direction: Direction): void {
  const rows = lines.map(({ row }) => row);
  expect(rows.findIndex((row, i) => i > 0 && !isBeyond(row, rows[i - 1]!, direction))).toBe(-1);
}

describe('runs that wait for long and overtake each other', () => {
  test('give each line once and in order, page by page, either way, in one process or in one for each page', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        schedules,
        fc.record({ taken: takes, pageSize: pageSizes, direction: directions, isOne: fc.boolean() }),
        async (options, schedule, { taken, pageSize, direction, isOne }) => {
          const { runs } = runsOf(schedule, 0);
          fc.pre(showsDirection(options, runs));
          return withRuns(options, runs, async (harness, key, ids) => {
            const connector = harness.connect({ pageSize });
            const seen: Read<LogEntry>[] = [];
            for (let step = 0; ; step += 1) {
              const take = taken[step % taken.length] ?? 1;
              const from = isOne ? connector : harness.connect({ pageSize });
              const part = await pageOf(from, key, { direction, last: seen.at(-1), take });
              seen.push(...part);
              if (part.length === 0) break;
            }
            expectInOrder(seen, direction);
            expect(seen.map(tieOf).sort()).toEqual(tiesOf(ids));
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('have their lines in the same places for every walk that begins once the list has shown its order', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        schedules,
        fc.record({ taken: takes, pageSize: pageSizes, direction: directions, pick: fc.nat(), second: fc.nat(20_000) }),
        async (options, schedule, { taken, pageSize, direction, pick, second }) => {
          const { runs } = runsOf(schedule, 0);
          fc.pre(showsDirection(options, runs));
          return withRuns(options, runs, async (harness, key, ids) => {
            const connector = harness.connect({ pageSize });
            // The order may show in one direction alone.
            await pageOf(connector, key, { direction: 'backward' });
            await pageOf(connector, key, { direction: 'forward' });
            const all = await pageOf(connector, key, { direction: 'forward' });
            expect(all.map(tieOf).sort()).toEqual(tiesOf(ids));
            const placed = (lines: readonly Read<LogEntry>[]): string[] =>
              lines.map(({ row: { time, tie } }) => `${(time - START) / SECOND} ${tie}`);
            const oneWay = (lines: readonly Read<LogEntry>[]): Read<LogEntry>[] =>
              lines.toSorted((a, b) => comparePositions(a.row, b.row) * (direction === 'forward' ? 1 : -1));
            const seen: Read<LogEntry>[] = [];
            for (let step = 0, isDone = false; !isDone; step += 1) {
              const part = await pageOf(connector, key, {
                direction,
                last: seen.at(-1),
                take: taken[step % taken.length] ?? 1,
              });
              seen.push(...part);
              isDone = part.length === 0;
            }
            expect(placed(seen)).toEqual(placed(oneWay(all)));
            const line = seen[pick % seen.length]!;
            const [before, after] = [
              await pageOf(harness.connect({ pageSize }), key, { direction: 'backward', last: line }),
              await pageOf(harness.connect({ pageSize }), key, { direction: 'forward', last: line }),
            ];
            expect(placed([...before.toReversed(), line, ...after])).toEqual(placed(all));
            const place = startOfInstant(START + BigInt(second) * SECOND);
            const bounded = [
              ...(await pageOf(connector, key, { direction: 'forward', until: place })),
              ...(await pageOf(connector, key, { direction: 'backward', until: place })),
              ...(await pageOf(connector, key, { direction: 'forward', from: place })),
              ...(await pageOf(connector, key, { direction: 'backward', from: place })),
            ];
            expect(placed(oneWay(bounded))).toEqual(placed(oneWay([...all, ...all])));
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('lose and repeat no line while runs are scheduled, invoked and finished between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        schedules,
        fc.record({
          share: fc.integer({ min: 1, max: 9 }),
          step: fc.constantFrom(0, 1, 7, 60, 600),
          take: fc.integer({ min: 5, max: 60 }),
          pageSize: pageSizes,
          direction: directions,
          isKnown: fc.boolean(),
        }),
        async (options, schedule, { share, step, take, pageSize, direction, isKnown }) => {
          // The simulation moves a run among those of its own instant whenever it changes. A run that waits for less
          // than the reach may get another place once the runs before it are invoked.
          const shapes = schedule.map(({ afterLast, waits, lasts }) => ({
            afterLast: Math.max(1, afterLast),
            waits: waits > SPAN && waits <= 3 * SPAN ? 4 * SPAN : waits,
            lasts,
          }));
          const all = runsOf(shapes, 0);
          let now = START + BigInt(Math.floor((all.end * share) / 10)) * SECOND;
          const invocations = all.runs.map(({ executed }) => executed);
          const own = all.runs.filter(({ executed }, index) => invocations.indexOf(executed) === index);
          const runs = isKnown ? [...overtaking, ...own] : own;
          fc.pre(
            showsDirection(
              options,
              runs.flatMap((run) => runAt(run, now) ?? []),
            ),
          );
          return withRuns(options, [], async (harness, key) => {
            const shown = new Map<SapRunInput, string>();
            const show = (): void => {
              for (const run of runs) {
                const seen = runAt(run, now);
                const id = shown.get(run);
                if (seen === null) continue;
                if (id === undefined) shown.set(run, harness.simulation.addRun(key, seen));
                else harness.simulation.updateRun(key, id, seen);
              }
            };
            show();
            const old = new Set(
              [...shown].flatMap(([run, id]) => {
                const { executed = null, events = [] } = runAt(run, now) ?? {};
                return executed === null ? [] : events.map((_, index) => `${id}.000${index}`);
              }),
            );
            const connector = harness.connect({ pageSize });
            if (isKnown) {
              await saidPageOf(connector, key, { direction: 'backward' });
              await saidPageOf(connector, key, { direction: 'forward' });
            }
            const seen: Read<LogEntry>[] = [];
            for (let isDone = false; !isDone;) {
              const { rows: part, isSaid } = await saidPageOf(connector, key, { direction, last: seen.at(-1), take });
              // Allowed only where the walk had begun before the list showed that runs overtake each other.
              if (isSaid && !isKnown) return;
              expect(isSaid).toBe(false);
              seen.push(...part);
              isDone = part.length === 0 || seen.length > 6 * runs.length;
              now += BigInt(step) * SECOND;
              show();
            }
            expectInOrder(seen, direction);
            const found = seen.map(tieOf);
            expect(found.filter((tie, index) => found.indexOf(tie) !== index)).toEqual([]);
            expect(found.filter((tie) => old.has(tie)).sort()).toEqual([...old].sort());
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});
