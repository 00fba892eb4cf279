import { afterEach, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import type { ConnectedSource } from '../../src/config/sources.ts';
import { createCall } from '../../src/domain/call.ts';
import type { Job } from '../../src/domain/job.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Federation } from '../../src/federation/api.ts';
import { SANDBOX_SOURCES, startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { VENDORS } from '../../src/vendors/index.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const START = BigInt(Date.parse('2026-03-01T09:00:00Z')) * 1_000_000n;

/** A sandbox whose clock is set by hand, and a client of it. */
interface Stand {
  readonly sandbox: Sandbox;
  readonly sources: readonly ConnectedSource[];
  readonly federation: Federation;
  setClock(time: bigint): void;
}

let stands: Stand[] = [];

async function start(): Promise<Stand> {
  let now = START;
  const sandbox = await startSandbox({ growing: false, now: () => now });
  const { sources: configured } = parseConfiguration(sandbox.configuration, {
    origin: 'the test',
    vendors: VENDORS,
    environment: {},
  });
  const sources = connectSources({ sources: configured });
  const federation = createFederation(sources);
  const stand = {
    sandbox,
    sources,
    federation,
    setClock(time: bigint) {
      now = time;
      sandbox.grow();
    },
  };
  stands.push(stand);
  return stand;
}

afterEach(async () => {
  for (const { federation, sources, sandbox } of stands) {
    await federation.close();
    await closeSources(sources);
    await sandbox.close();
  }
  stands = [];
});

async function jobsOf({ federation }: Stand, source: string): Promise<readonly Job[]> {
  return federation.jobs({ sources: [source], first: 100 }, createCall()).nodes();
}

/** How many lines each job has that may still go on. */
async function openLogs(stand: Stand, source: string): Promise<ReadonlyMap<string, number>> {
  const open = (await jobsOf(stand, source)).filter(({ status }) => status === 'RUNNING' || status === 'ACTIVE');
  const counted = open.map(async ({ key }): Promise<[string, number]> => {
    const lines = stand.federation.logs([{ source, scope: { job: key } }], { last: 1 }, createCall());
    return [key, (await lines.totalCount()) ?? 0];
  });
  return new Map(await Promise.all(counted));
}

describe('the sandbox', () => {
  test.each(SANDBOX_SOURCES)('%s has a job that runs and writes new lines, at any time', async (source) => {
    const stand = await start();
    for (const minutes of [0n, 5n, 8n, 9n, 10n, 12n, 13n, 60n, 300n]) {
      const time = START + minutes * MINUTE;
      stand.setClock(time);
      const before = await openLogs(stand, source);
      stand.setClock(time + 16n * SECOND);
      const after = await openLogs(stand, source);
      const growing = [...after].filter(([key, count]) => count > (before.get(key) ?? 0));
      expect({ minutes, growing: growing.length > 0 }).toEqual({ minutes, growing: true });
    }
  });

  test.each(SANDBOX_SOURCES)('%s has something that is over, at any time', async (source) => {
    const stand = await start();
    for (const minutes of [0n, 60n]) {
      stand.setClock(START + minutes * MINUTE);
      const statuses = (await jobsOf(stand, source)).map(({ status }) => status);
      expect(statuses.some((status) => ['SUCCEEDED', 'FAILED', 'INACTIVE'].includes(status))).toBe(true);
    }
  });

  test('is the same under the same clock, however often it is advanced', async () => {
    const [often, seldom] = [await start(), await start()];
    for (let time = START; time < START + 20n * MINUTE; time += 7n * SECOND) often.setClock(time);
    for (const stand of [often, seldom]) stand.setClock(START + 20n * MINUTE);
    for (const source of SANDBOX_SOURCES) {
      const [some, others] = [await jobsOf(often, source), await jobsOf(seldom, source)];
      expect(some).toEqual(others);
      expect(await openLogs(often, source)).toEqual(await openLogs(seldom, source));
    }
  });
});
