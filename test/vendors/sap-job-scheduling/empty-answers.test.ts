import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { SapOptions } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { only, SECOND, START, startHarness } from './harness.ts';
import type { Read } from './harness.ts';

const COUNT = 45;
const PAGE = 10;

interface Case {
  readonly options: SapOptions;
  readonly direction: Direction;
  /** Which answer comes without its runs. */
  readonly empty: number;
  /** True if only that answer does. Otherwise all answers to the same request do. */
  readonly heals: boolean;
  /** How many lines each page has. */
  readonly take: number;
}

interface Given {
  readonly messages: readonly string[];
  readonly isReported: boolean;
  readonly calls: number;
}

/** Walks through the log, each page in another process. */
async function walk({ options, direction, empty, heals, take }: Case): Promise<Given> {
  let calls = 0;
  let broken: string | undefined;
  const alter = (reply: SandboxReply, url: string): SandboxReply => {
    if (!url.includes('/runs')) return reply;
    calls += 1;
    if (calls - 1 === empty) broken = url;
    const isEmpty = heals ? calls - 1 === empty : url === broken;
    return isEmpty ? { ...reply, body: { ...(reply.body as object), results: [] } } : reply;
  };
  const harness = await startHarness({ auth: 'basic', ...options }, (reply, { url }) => alter(reply, url));
  try {
    const job = harness.simulation.createJob();
    harness.simulation.generate(job, COUNT, (index) => ({
      time: START + BigInt(index) * 60n * SECOND,
      message: `run ${index}`,
    }));
    const seen: Read<LogEntry>[] = [];
    for (let page = 0; page <= COUNT; page += 1) {
      const partition = only((await harness.connect({ pageSize: PAGE }).logs({ job }, {}, createCall())).partitions);
      const last = seen.at(-1);
      const place = { from: last?.row ?? null, hint: last?.hint ?? null, until: null };
      const rows: Read<LogEntry>[] = [];
      let isReported = false;
      for await (const batch of partition.read({ direction, ...place, need: take }, createCall())) {
        rows.push(...batch.rows);
        isReported ||= batch.truncated !== undefined;
        if (rows.length >= take) break;
      }
      seen.push(...rows.slice(0, take));
      const messages = seen.map(({ row }) => row.message);
      if (isReported || rows.length === 0) return { messages, isReported, calls };
    }
    throw new Error('The walk does not end.');
  } finally {
    await harness.close();
  }
}

const cases: fc.Arbitrary<Case> = fc.record({
  options: fc.record({
    dialect: fc.constantFrom('legacy', 'current'),
    order: fc.constantFrom('newest-first', 'oldest-first'),
  }),
  direction: fc.constantFrom('forward', 'backward'),
  empty: fc.nat(13),
  heals: fc.boolean(),
  take: fc.constantFrom(7, 1_000),
});

test('an empty page of runs, although the instance counts more, costs calls or is reported, and hides no line', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { messages, isReported, calls } = await walk(one);
      const all = Array.from({ length: COUNT }, (_, index) => `run ${index}`);
      if (one.direction === 'backward') all.reverse();
      if (isReported) expect(one.heals).toBe(false);
      expect(messages).toEqual(isReported ? all.filter((message) => messages.includes(message)) : all);
      expect(calls).toBeLessThanOrEqual(60);
    }),
    { numRuns: 60 },
  );
}, 600_000);
