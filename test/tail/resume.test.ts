import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Fault, SandboxLine, VendorServer } from '../../src/sandbox/types.ts';
import { chance } from '../support/chance.ts';
import { eventually, follow, multiset } from './follower.ts';
import type { Follower, Line } from './follower.ts';
import { outOfOrder } from './semantics/followers.ts';
import { openStand } from './stand.ts';
import { fresh, TAILED, texts } from './vendors.ts';

const KILLS = 200;

const FAULTS: readonly Fault[] = [
  { times: 4, what: { do: 'status', status: 429 } },
  { times: 4, what: { do: 'status', status: 500, body: 'down', headers: { 'content-type': 'text/plain' } } },
  { times: 2, what: { do: 'reset' } },
  { kinds: ['logs'], times: 2, what: { do: 'cut', after: 0.5 } },
  { times: 3, what: { do: 'delay', milliseconds: 30 } },
];

const random = chance();

/** Writes on and on, up to a number of lines: some are late, some come twice. */
function grow({ simulation }: VendorServer, key: string) {
  const written: SandboxLine[] = [];
  let most = 0;
  function write(): void {
    // A bound, so that no subscriber falls behind by more than 1,000 lines, however slow the machine is.
    if (written.length >= most) return;
    const lines = fresh(1 + random(2), random(5) === 0 ? random(400) : 0);
    const [first] = lines;
    const batch = first !== undefined && random(8) === 0 ? [...lines, { ...first }] : lines;
    simulation.write(key, batch);
    written.push(...batch);
  }
  const timer = setInterval(write, 25);
  return {
    written,
    upTo(lines: number): void {
      most = lines;
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}

describe.concurrent('a client whose connection breaks at any moment, resuming with its last cursor', () => {
  test.each(TAILED)(
    'has every line of $vendor once in the end, over WebSocket and SSE, whatever fails in between',
    async ({ vendor, simulate, configuration }) => {
      const service = await openStand({
        vendors: { one: simulate() },
        configuration: { one: { ...configuration, limits: { concurrency: 16 } } },
        tail: { overlapMilliseconds: 1_600, batchSize: 20 },
      });
      const server = service.vendors.one;
      const key = server.simulation.createJob();
      const jobs = [service.id('one', key)];
      const past = fresh(60, 600_000);
      server.simulation.write(key, past);
      const growing = grow(server, key);
      const received: Line[] = [];
      const repeats: boolean[] = [];
      let cursor: string | null = null;
      let steady: Follower | null = null;

      for (let kill = 0; kill < KILLS; kill += 1) {
        growing.upTo(20 + 4 * kill);
        if (kill % 12 === 5) server.inject(FAULTS[random(FAULTS.length)]!);
        if (kill === 30) steady = follow('WebSocket', service.url, { jobs, tail: 1_000 });
        const transport = kill % 2 === 0 ? 'WebSocket' : 'SSE';
        const follower = follow(
          transport,
          service.url,
          cursor === null ? { jobs, tail: 1_000 } : { jobs, after: cursor },
        );
        const events = 1 + random(2);
        const told = follower.until((one) => one.events.length >= events).catch(() => null);
        // Most after some events, some at any moment; all of them somewhere in what follows.
        await Promise.race([told, pause(kill % 4 === 3 ? random(60) : 400)]);
        await pause(random(5));
        follower.kill();
        received.push(...follower.lines);
        repeats.push(...follower.events.map((event) => event.__typename === 'LogBatch' && event.mayRepeat));
        cursor = follower.cursor ?? cursor;
      }

      growing.stop();
      server.clearFaults();
      const written = [...past, ...growing.written];
      const last = follow('SSE', service.url, cursor === null ? { jobs, tail: 1_000 } : { jobs, after: cursor });
      await eventually(() => received.length + last.lines.length >= written.length, `all of ${vendor}`).catch(
        () => null,
      );
      await pause(60);
      received.push(...last.lines);
      expect(multiset(texts(received))).toEqual(multiset(texts(written)));
      expect(new Set(received.map(({ id }) => id)).size).toBe(written.length);
      expect(repeats).not.toContain(true);
      expect(outOfOrder(received)).toEqual([]);
      await eventually(() => (steady?.lines.length ?? 0) >= written.length, 'all for the steady one').catch(() => null);
      expect(multiset(texts(steady?.lines ?? []))).toEqual(multiset(texts(written)));
      expect(outOfOrder(steady?.lines ?? [])).toEqual([]);
      expect(service.log).toEqual([]);
      last.kill();
      steady?.kill();
      await service.close();
    },
    300_000,
  );
});
