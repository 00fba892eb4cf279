import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { simulateDeepset } from '../../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SandboxStatus, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { eventually } from '../follower.ts';
import type { Follower } from '../follower.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, polled, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

/** A fortieth of the default times. */
const tail = { drainMilliseconds: [50, 150, 300] };

/** How a job of the vendor ends. SAP's are standing definitions, which never do; so are deepset's, but one can fail. */
function finalStatus(vendor: string): SandboxStatus | null {
  if (vendor === 'sap-job-scheduling') return null;
  return vendor === 'deepset' ? 'FAILED' : 'SUCCEEDED';
}

const ENDING = TAILED.flatMap((tailed) => {
  const status = finalStatus(tailed.vendor);
  return status === null ? [] : [{ ...tailed, status }];
});

async function untilAllEnd(followers: readonly Follower[]): Promise<void> {
  await Promise.all(followers.map(({ over }) => over));
}

function expectEnd({ events, problem }: Follower): void {
  expect(problem).toBeNull();
  expect(events.at(-1)).toMatchObject({ __typename: 'LogStreamEnd', reason: 'JOB_FINISHED' });
}

describe(point(9), () => {
  test.each(ENDING)('$vendor, over WebSocket and SSE', async ({ simulate, configuration, status }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration }, tail });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const followers = followBoth(service.url, { jobs: [service.id('one', key)] });
    await untilAllLive(followers);
    const before = fresh(5);
    simulation.write(key, before);
    await untilAllHave(followers, 5);
    simulation.setStatus(key, status);
    await pause(25);
    const [after, older] = [fresh(25), fresh(25, 2_000)];
    simulation.write(key, [...after, ...older]);
    await untilAllEnd(followers);
    for (const follower of followers) {
      expectEnd(follower);
      expect(counts(follower.lines)).toEqual(counts([...before, ...after, ...older]));
    }
  });

  test.each(ENDING)('$vendor, also where an answer takes longer than the whole drain', async ({ simulate, status }) => {
    const inner = simulate();
    const after = fresh(50);
    let isSeen: boolean | null = null;
    const simulation: SimulatedVendor = {
      ...inner,
      async handle(request) {
        const reply = await inner.handle(request);
        const isLogs = inner.classify(request) === 'logs';
        if (!isLogs && isSeen === false) isSeen = true;
        if (!isLogs || isSeen !== true) return reply;
        // The end was seen. The lines come when this answer has been made, and it is long on its way.
        if (after.length > 0) inner.write(key, after.splice(0));
        await pause(150);
        return reply;
      },
    };
    const service = await stand({ vendors: { one: simulation }, tail: { drainMilliseconds: [10, 30, 60] } });
    const key = inner.createJob();
    const written = counts(after);
    const followers = followBoth(service.url, { jobs: [service.id('one', key)] });
    await untilAllLive(followers);
    inner.setStatus(key, status);
    isSeen = false;
    await untilAllEnd(followers);
    for (const follower of followers) {
      expectEnd(follower);
      expect(counts(follower.lines)).toEqual(written);
    }
  });

  test("sap-job-scheduling, whose jobs have no end: a job that is switched off still has its last runs' lines", async () => {
    const service = await stand({ vendors: { one: simulateSap() }, tail });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const followers = followBoth(service.url, { jobs: [service.id('one', key)] });
    await untilAllLive(followers);
    simulation.setStatus(key, 'SUCCEEDED');
    await pause(25);
    const after = fresh(50);
    simulation.write(key, after);
    await untilAllHave(followers, 50);
    const since = Date.now();
    await eventually(() => Date.now() - since > 350, 'the last drain would be over');
    for (const follower of followers) {
      expect(follower.isOver).toBe(false);
      expect(counts(follower.lines)).toEqual(counts(after));
    }
    await leaveAll(followers);
  });
});

interface Pending {
  readonly vendor: string;
  readonly what: string;
  readonly simulate: () => SimulatedVendor;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly create?: (simulation: SimulatedVendor) => string;
}

function untried(): Pending {
  const simulation = simulateNemo({ generation: 'C' });
  const create = (): string => simulation.createJob({ status: 'QUEUED', attempt: false });
  return { vendor: 'nemo', what: 'a job without an attempt', simulate: () => simulation, configuration: {}, create };
}

const PENDING: readonly Pending[] = [
  ...TAILED.map((tailed) => ({ ...tailed, what: 'a job that is queued' })),
  untried(),
  {
    vendor: 'sap-job-scheduling',
    what: 'a job whose log is not found',
    simulate: () => simulateSap({ emptyRuns: 'not-found' }),
    configuration: {},
  },
  {
    vendor: 'deepset',
    what: 'a job whose log is not found',
    simulate: () => simulateDeepset({ dialect: { emptyLogs: 'not-found' } }),
    configuration: {},
  },
];

describe(point(10), () => {
  test.each(PENDING)('$vendor, $what, over WebSocket and SSE', async ({ vendor, simulate, configuration, create }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration } });
    const { simulation } = service.vendors.one;
    const key = create?.(simulation) ?? simulation.createJob({ status: 'QUEUED' });
    const jobs = [service.id('one', key)];
    const followers = [...followBoth(service.url, { jobs }), ...followBoth(service.url, { jobs, tail: 10 })];
    await untilAllLive(followers);
    // Through many polls and every pause of the drain.
    const waitedSince = Date.now();
    await polled(service, 8);
    await eventually(() => Date.now() - waitedSince > 100, 'a while');
    for (const follower of followers) {
      expect(follower.isOver).toBe(false);
      expect(follower.events).toHaveLength(1);
    }
    simulation.setStatus(key, 'RUNNING');
    const first = fresh(3);
    simulation.write(key, first);
    await untilAllHave(followers, 3);
    const second = fresh(4);
    simulation.write(key, second);
    await untilAllHave(followers, 7);
    const status = finalStatus(vendor);
    if (status !== null) simulation.setStatus(key, status);
    if (status !== null) await untilAllEnd(followers);
    for (const follower of followers) {
      if (status !== null) expectEnd(follower);
      expect(counts(follower.lines)).toEqual(counts([...first, ...second]));
    }
    await leaveAll(followers);
  });
});
