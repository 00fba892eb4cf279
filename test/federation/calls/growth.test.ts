import { afterEach, describe, expect, test } from 'vitest';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SandboxRequest, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { simulations, START, STEP } from './jobs.ts';
import { ofJob } from './shape.ts';
import type { Source } from './sources.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World | undefined;

afterEach(() => world?.close());

/** A simulation that runs a hook before it answers each log call; the hook gets the call's number, from 1. */
function withEvents<T extends SimulatedVendor>(simulation: T, beforeCall: (call: number) => void): T {
  let calls = 0;
  return {
    ...simulation,
    handle(request: SandboxRequest) {
      if (simulation.classify(request) === 'logs') beforeCall((calls += 1));
      return simulation.handle(request);
    },
  };
}

async function windowsOf(started: World, source: Source, sizes: readonly number[]): Promise<string[][]> {
  const service = started.start();
  const windows = sizes.map((size, index) => `w${index}: logs(first: ${size}) { nodes { message } }`).join(' ');
  const { data, codes } = await service.ask(ofJob('long', windows)(started.jobs, source, ''));
  await service.close();
  expect(codes).toEqual([]);
  const job = data['job'] as Readonly<Record<string, { readonly nodes: readonly { readonly message: string }[] }>>;
  return Object.values(job).map(({ nodes }) => nodes.map(({ message }) => message));
}

function originals(messages: readonly string[]): number[] {
  return messages.filter((message) => message.startsWith('line ')).map((message) => Number(message.slice(5)));
}

describe('windows of one job that share pages while its log grows at its beginning', () => {
  // Lines at earlier instants than the first one: they shift every later line to a further page.
  const late = (from: number) =>
    Array.from({ length: 7 }, (_, index) => ({
      time: START - BigInt(from + index) * STEP,
      message: `late ${from + index}`,
      step: 'training',
      task: 'trainer',
    }));

  test.each([2, 3, 4])('have each line once, and none is left out: NeMo, before call %i', async (when) => {
    let key = '';
    const nemo = simulateNemo();
    const events = withEvents(nemo, (call) => {
      if (call >= when && key !== '') nemo.write(key, late(1 + call * 7));
    });
    world = await startWorld({ ...simulations(), nemo: events });
    key = world.jobs.long.nemo;
    for (const messages of await windowsOf(world, 'nemo', [1000, 500, 990])) {
      const lines = originals(messages);
      // Late lines may be in the window; the part that belongs to the log itself must be contiguous.
      expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index));
      expect(new Set(messages).size).toBe(messages.length);
      expect(lines.length).toBeGreaterThan(400);
    }
  });

  test.each([2, 3, 4])('have each line once, and none is left out: SAP, before call %i', async (when) => {
    let key = '';
    const sap = simulateSap();
    const events = withEvents(sap, (call) => {
      // New runs come first in the vendor's list.
      const time = START + BigInt(10_000 + call) * STEP;
      if (call >= when && key !== '') sap.write(key, [{ time, message: `new ${call}` }]);
    });
    world = await startWorld({ ...simulations(), sap: events });
    key = world.jobs.long.sap;
    for (const messages of await windowsOf(world, 'sap', [1000, 500, 20])) {
      expect(originals(messages)).toEqual(Array.from({ length: messages.length }, (_, index) => index));
    }
  });
});
