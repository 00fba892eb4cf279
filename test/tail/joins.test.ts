import { describe, expect, test } from 'vitest';
import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import type { SandboxLine, SimulatedVendor } from '../../src/sandbox/types.ts';
import type { Follower } from './follower.ts';
import { inOrder } from './in-order.ts';
import { followBoth, leaveAll, outOfOrder, polled, untilAllHave, untilAllLive } from './semantics/followers.ts';
import { stand } from './stand.ts';
import { now, texts } from './vendors.ts';

interface Named {
  readonly message: string;
  readonly attempt: { readonly key: string } | null;
  readonly step: { readonly key: string } | null;
  readonly task: { readonly key: string } | null;
}

const NAMED = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on LogEntry { message(ansi: RAW) attempt { key } step { key } task { key } } }
}`;

/** The parts, as the vendor names them, of the lines that a subscriber got. */
async function named(url: string, { lines }: Follower): Promise<readonly Named[]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: NAMED, variables: { ids: lines.map(({ id }) => id) } }),
  });
  const { data } = (await response.json()) as { readonly data: { readonly nodes: readonly Named[] } };
  return data.nodes;
}

/** Two subscribers of a job that has some lines, and its next lines. */
async function followed(simulation: SimulatedVendor, line: Partial<SandboxLine> = {}) {
  const service = await stand({ vendors: { one: simulation } });
  const key = simulation.createJob();
  const written = inOrder(2).map((one) => ({ ...one, ...line }));
  simulation.write(key, written);
  const followers = followBoth(service.url, { jobs: [service.id('one', key)], tail: 10 });
  await untilAllHave(followers, 2);
  await untilAllLive(followers);
  return {
    key,
    followers,
    /** Lines of a part that did not exist before. */
    say: async (part: Partial<SandboxLine>): Promise<void> => {
      const lines = inOrder(2).map((one) => ({ ...one, ...part }));
      simulation.write(key, lines);
      written.push(...lines);
      await untilAllHave(followers, written.length);
    },
    /** All subscribers have all lines once and in order. Returns what the lines belong to. */
    end: async (): Promise<readonly Named[]> => {
      await polled(service, 4);
      for (const { lines, problem } of followers) {
        // In one instant of a vendor's clock (a second, of some) any order is right.
        expect(texts(lines).sort()).toEqual(texts(written).sort());
        expect(outOfOrder(lines)).toEqual([]);
        expect(problem).toBeNull();
      }
      const [first] = await Promise.all(followers.map((follower) => named(service.url, follower)));
      await leaveAll(followers);
      return first ?? [];
    },
  };
}

describe('what begins while a job is followed joins by itself', () => {
  test.each(['A', 'B', 'C'] as const)('a step and its tasks, of NeMo (generation %s)', async (generation) => {
    const { say, end } = await followed(simulateNemo({ generation }), { step: 'download', task: 'task-1' });
    await say({ step: 'training', task: 'task-2' });
    await say({ step: 'training', task: 'task-3' });
    await say({ step: 'upload', task: 'task-4' });
    const parts = (await end()).map(({ step, task }) => `${step?.key ?? ''} ${task?.key ?? ''}`);
    expect([...new Set(parts)]).toEqual(['download task-1', 'training task-2', 'training task-3', 'upload task-4']);
  });

  test('a task and a step, of ByteNite', async () => {
    const { say, end } = await followed(simulateByteNite(), { step: 'PARTITIONER' });
    const tasks = ['6a1fd5f4-51a4-4f5c-8a3f-0e4c6a9d1001', '6a1fd5f4-51a4-4f5c-8a3f-0e4c6a9d1002'];
    for (const task of tasks) await say({ step: 'TASKRUNNER', task });
    await say({ step: 'ASSEMBLER' });
    const parts = await end();
    expect([...new Set(parts.map(({ step }) => step?.key))]).toEqual(['PARTITIONER', 'TASKRUNNER', 'ASSEMBLER']);
    expect([...new Set(parts.map(({ task }) => task?.key ?? null))]).toEqual([null, ...tasks, null].slice(0, 3));
  });

  test('an origin, of deepset', async () => {
    const { say, end } = await followed(simulateDeepset(), { step: 'indexing' });
    await say({ step: 'querying' });
    expect([...new Set((await end()).map(({ step }) => step?.key))]).toEqual(['indexing', 'querying']);
  });

  test.each(['current', 'legacy'] as const)('a schedule and its runs, of SAP (%s)', async (dialect) => {
    const simulation = simulateSap({ dialect });
    const { key, say, end } = await followed(simulation);
    await say({});
    const nightly = simulation.createSchedule(key, { description: 'nightly' });
    await say({ step: 'nightly' });
    await say({});
    const parts = await end();
    expect(parts.filter(({ step }) => step?.key === nightly)).toHaveLength(2);
    expect(parts.filter(({ step }) => step?.key !== nightly)).toHaveLength(6);
    // Each line is a run of its own.
    expect(new Set(parts.map(({ attempt }) => attempt?.key)).size).toBe(8);
  });

  test('a run of SAP that had begun before, when it is over', async () => {
    const simulation = simulateSap();
    const service = await stand({ vendors: { one: simulation } });
    const key = simulation.createJob();
    const scheduled = now() - 1_000_000_000n;
    const run = simulation.addRun(key, { state: 'TRIGGERED', scheduled, executed: scheduled });
    const followers = followBoth(service.url, { jobs: [service.id('one', key)] });
    await untilAllLive(followers);
    await polled(service, 3);
    const completed = now();
    simulation.updateRun(key, run, { state: 'SUCCESS', scheduled, executed: scheduled, completed, text: 'done' });
    await untilAllHave(followers, 1);
    await polled(service, 3);
    for (const { lines } of followers) expect(texts(lines)).toEqual(['done']);
    await leaveAll(followers);
  });
});
