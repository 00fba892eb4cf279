import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { hasCode } from '../../../src/domain/errors.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import type { SapOptions } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import { done, only, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const COUNT = 45;
const PAGE = 10;
/** The list grows with each of so many answers. */
const MOST_GROWTHS = 40;
/** Calls for each page that the list has in the end, and those of searches that it outruns. */
const MOST_CALLS = { ofPage: 3, ofSearches: 400 };

interface Case {
  readonly options: SapOptions;
  readonly direction: Direction;
  /** How many runs are written with each answer. */
  readonly grown: number;
  /** Which answers come without their runs: one of four. Null: none. */
  readonly empty: number | null;
  /** Whether another read of the log has gone before. */
  readonly isKnown: boolean;
}

interface Given {
  readonly messages: readonly string[];
  /** True if the read says that lines are missing, or that it cannot follow the list. */
  readonly isReported: boolean;
}

/** Reads a whole log while it grows with each answer. */
async function readGrowing({ options, direction, grown, empty, isKnown }: Case) {
  let [job, calls, count, isGrowing] = ['', 0, COUNT, false];
  const grow = (): void => {
    for (let more = 0; more < grown; more += 1, count += 1) harness.simulation.addRun(job, runAt(count));
  };
  const alter = (reply: SandboxReply, url: string): SandboxReply => {
    if (!isGrowing || !url.includes('/runs')) return reply;
    calls += 1;
    if (calls <= MOST_GROWTHS) grow();
    return calls % 4 === empty ? { ...reply, body: { ...(reply.body as object), results: [] } } : reply;
  };
  const harness = await startHarness({ auth: 'basic', ...options }, (reply, { url }) => alter(reply, url));
  try {
    job = harness.simulation.createJob();
    for (let index = 0; index < COUNT; index += 1) harness.simulation.addRun(job, runAt(index));
    const read = readerOf(harness, { job, direction });
    if (isKnown) await read();
    isGrowing = true;
    return { ...(await read()), calls, count };
  } finally {
    await harness.close();
  }
}

function runAt(index: number) {
  return done(START + BigInt(index) * 60n * SECOND, `run ${index}`);
}

function readerOf(harness: Harness, { job, direction }: { readonly job: string; readonly direction: Direction }) {
  const connector = harness.connect({ pageSize: PAGE });
  return async (): Promise<Given> => {
    const partition = only((await connector.logs({ job }, {}, createCall())).partitions);
    const messages: string[] = [];
    let isReported = false;
    try {
      const whole = { direction, from: null, hint: null, until: null, need: 1_000 };
      for await (const { rows, truncated } of partition.read(whole, createCall())) {
        messages.push(...rows.map(({ row }) => row.message));
        isReported ||= truncated !== undefined;
      }
    } catch (error) {
      if (!hasCode(error, 'SOURCE_UNAVAILABLE')) throw error;
      isReported = true;
    }
    return { messages, isReported };
  };
}

const cases: fc.Arbitrary<Case> = fc.record({
  options: fc.record({
    dialect: fc.constantFrom('legacy', 'current'),
    order: fc.constantFrom('newest-first', 'oldest-first'),
    total: fc.constantFrom('honest', 'too-high', 'too-low'),
    links: fc.constantFrom('honest', 'always', 'never'),
    behindTheEnd: fc.constantFrom('empty', 'last-page'),
  }),
  direction: fc.constantFrom('forward', 'backward'),
  grown: fc.constantFrom(1, 3, PAGE, 3 * PAGE),
  empty: fc.option(fc.nat(3)),
  isKnown: fc.boolean(),
});

test('a read of a list that grows with each answer ends with all lines or a report, even if answers come empty', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { messages, isReported, calls, count } = await readGrowing(one);
      expect(calls).toBeLessThanOrEqual((count / PAGE) * MOST_CALLS.ofPage + MOST_CALLS.ofSearches);
      const all = Array.from({ length: count }, (_, index) => `run ${index}`);
      if (one.direction === 'backward') all.reverse();
      const given = new Set(messages);
      expect(messages).toEqual(all.filter((message) => given.has(message)));
      const missing = all
        .slice(...(one.direction === 'backward' ? [-COUNT] : [0, COUNT]))
        .filter((line) => !given.has(line));
      // Nothing contradicts an empty page where counts are wrong, too.
      const isUnsaid = one.empty !== null && one.options.total !== 'honest';
      if (!isReported && !isUnsaid) expect(missing).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 600_000);
