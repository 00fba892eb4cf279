import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { NemoSimulation } from '../../src/sandbox/nemo/index.ts';
import type { SandboxLine } from '../../src/sandbox/types.ts';
import { chance } from '../support/chance.ts';
import { eventually, follow, multiset } from './follower.ts';
import type { Line } from './follower.ts';
import { outOfOrder } from './semantics/followers.ts';
import { stand } from './stand.ts';
import { fresh, texts } from './vendors.ts';

const KILLS = 40;

const random = chance();

/** Writes on and on, also what earlier attempts have said late. */
function grow(simulation: NemoSimulation, key: string) {
  const written: SandboxLine[] = [];
  function write(): void {
    const lines = fresh(1 + random(3), random(5) === 0 ? random(300) : 0);
    const attempts = simulation.attempts(key);
    const attempt = attempts[random(6) === 0 ? random(attempts.length) : attempts.length - 1];
    simulation.writeTo(key, attempt!, lines);
    written.push(...lines);
  }
  const timer = setInterval(write, 15);
  return {
    written,
    stop: (): void => {
      clearInterval(timer);
    },
  };
}

test('a client whose connection breaks again and again has every line of every attempt once in the end', async () => {
  const simulation = simulateNemo({ generation: 'C' });
  const service = await stand({
    vendors: { one: simulation },
    configuration: { one: { pageSize: 50, limits: { concurrency: 16 } } },
    tail: { overlapMilliseconds: 4_000, batchSize: 20 },
  });
  const key = simulation.createJob();
  const jobs = [service.id('one', key)];
  const past = fresh(30, 600_000);
  simulation.write(key, past);
  const growing = grow(simulation, key);
  const received: Line[] = [];
  let cursor: string | null = null;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const from = cursor === null ? { jobs, tail: 1_000 } : { jobs, after: cursor };
    const follower = follow(kill % 2 === 0 ? 'WebSocket' : 'SSE', service.url, from);
    const events = 1 + random(3);
    await Promise.race([follower.until((one) => one.events.length >= events).catch(() => null), pause(200)]);
    // Somewhere in what follows.
    await pause(random(8));
    // Some attempts begin and end between two polls.
    if (kill % 8 === 3) simulation.startAttempt(key);
    follower.kill();
    if (kill % 8 === 7) simulation.startAttempt(key);
    received.push(...follower.lines);
    cursor = follower.cursor ?? cursor;
    if (kill % 4 === 3) await pause(random(80));
  }
  growing.stop();
  const written = [...past, ...growing.written];
  const last = follow('SSE', service.url, cursor === null ? { jobs, tail: 1_000 } : { jobs, after: cursor });
  await eventually(() => received.length + last.lines.length >= written.length, 'all').catch(() => null);
  simulation.setStatus(key, 'SUCCEEDED');
  await last.over;
  received.push(...last.lines);
  expect(multiset(texts(received))).toEqual(multiset(texts(written)));
  expect(new Set(received.map(({ id }) => id)).size).toBe(written.length);
  expect(outOfOrder(received)).toEqual([]);
  expect(service.log).toEqual([]);
});
