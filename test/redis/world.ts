import { expect } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { NemoOptions } from '../../src/sandbox/nemo/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { startReplica } from './replica.ts';
import type { Replica } from './replica.ts';
import { Subscriber } from './subscriber.ts';
import { waitFor } from './wait-for.ts';

const TAIL = {
  interval: '150ms',
  maxInterval: '1s',
  reorderWindow: '100ms',
  refresh: '300ms',
  drain: ['200ms', '600ms', '1500ms'],
};
const closing: (() => Promise<void>)[] = [];

/** Closes the worlds that a test has opened. */
export async function closeWorlds(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

/** Closes something after the test, after everything opened later. */
export function closeLater(close: () => Promise<void>): void {
  closing.push(close);
}

/** A vendor with one job, and replicas in separate processes that share a Redis. */
export async function openWorld(
  replicaCount: number,
  redis: Readonly<Record<string, unknown>>,
  options: NemoOptions = {},
) {
  const world = await openServices(replicaCount, { redis: { leaseTtl: '1s', ...redis } }, options);
  for (const replica of world.replicas) await becomesConnected(replica);
  return world;
}

/** A vendor with one job, and so many services in separate processes, with these settings. */
export async function openServices(
  count: number,
  settings: Readonly<Record<string, unknown>>,
  options: NemoOptions = {},
) {
  const simulation = simulateNemo(options);
  const vendor = await startVendorServer(simulation, 0);
  closing.push(() => vendor.close());
  const key = vendor.simulation.createJob();
  const configuration = {
    server: { logLevel: 'info' },
    tail: TAIL,
    sources: { one: vendor.simulation.sourceConfig(vendor.origin) },
    ...settings,
  };
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(configuration)));
  for (const replica of replicas) closing.push(() => replica.close());
  let written = 0;
  let timer: NodeJS.Timeout | undefined;
  const world = {
    vendor,
    simulation,
    key,
    configuration,
    replicas: replicas as [Replica, ...Replica[]],
    job: encodeNodeId('Job', 'one', key),
    written: () => Array.from({ length: written }, (_, i) => `line ${i}`),
    write(): void {
      vendor.simulation.write(key, [{ time: BigInt(Date.now()) * 1_000_000n, message: `line ${written}` }]);
      written += 1;
    },
    /** One more line of an attempt, by its id. */
    writeTo(attempt: string): void {
      simulation.writeTo(key, attempt, [{ time: BigInt(Date.now()) * 1_000_000n, message: `line ${written}` }]);
      written += 1;
    },
    /** Lines are written until `finish`. */
    flow(): void {
      timer = setInterval(() => {
        world.write();
      }, 15);
    },
    finish(): void {
      clearInterval(timer);
      vendor.simulation.setStatus(key, 'SUCCEEDED');
    },
    /** Subscribers that start at that replica and, if it is lost, continue at the others. */
    async subscribe(number: number, first: number): Promise<Subscriber[]> {
      const urls = replicas.map((_, i) => replicas[(first + i) % replicas.length]?.url ?? '');
      const subscribers = Array.from({ length: number }, () => new Subscriber(world.job, urls));
      closing.push(async () => {
        for (const subscriber of subscribers) subscriber.leave();
        await Promise.all(subscribers.map(({ done }) => done));
      });
      await waitFor('all subscribers are live', () => subscribers.every(({ isLive }) => isLive));
      return subscribers;
    },
    /** Resolves to the time until a line written now has reached all subscribers. */
    async nextLineReaches(subscribers: readonly Subscriber[]): Promise<number> {
      const began = performance.now();
      const from = written;
      await waitFor('a new line reaches everybody', () =>
        subscribers.every(({ messages }) => messages.slice(-200).some((text) => Number(text.slice(5)) >= from)),
      );
      return Math.round(performance.now() - began);
    },
  };
  closing.push(() => {
    clearInterval(timer);
    return Promise.resolve();
  });
  return world;
}

/** Ten polls and more are as many calls for lines. The number of polls is read before and after that of calls, which takes a while. */
export async function expectCallPerPoll(vendor: VendorServer, polls: () => Promise<number>): Promise<void> {
  const logCalls = (): number => vendor.calls.filter(({ kind }) => kind === 'logs').length;
  const first = { before: await polls(), calls: logCalls(), after: await polls() };
  await waitFor('there were ten polls', async () => (await polls()) >= first.after + 10);
  const last = { before: await polls(), calls: logCalls(), after: await polls() };
  const calls = last.calls - first.calls;
  // A poll may be running at either moment.
  expect(calls).toBeGreaterThanOrEqual(last.before - first.after - 2);
  expect(calls).toBeLessThanOrEqual(last.after - first.before + 2);
}

export async function becomesConnected(replica: Replica): Promise<void> {
  await waitFor('the replica has found Redis', async () => (await replica.metric('tributary_redis_up')) === 1);
}

export async function leaderOf(replicas: readonly Replica[]): Promise<Replica> {
  const leading = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_leading')));
  const leader = replicas[leading.indexOf(1)];
  if (leader === undefined) throw new Error('Nobody leads.');
  return leader;
}

export async function oneLeads(replicas: readonly Replica[]): Promise<void> {
  await waitFor('one replica leads and the others follow', async () => {
    const leading = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_leading')));
    const following = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_following')));
    return sum(leading) === 1 && sum(following) === replicas.length - 1;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

export async function haveEverything(subscribers: readonly Subscriber[], written: readonly string[]): Promise<void> {
  await waitFor('the job has ended for everybody', () => subscribers.every(({ reason }) => reason !== null));
  // Late lines come out of order; this only checks that each line came once.
  const numberOf = (text: string): number => Number(text.slice('line '.length));
  for (const { messages } of subscribers) {
    expect(messages.toSorted((a, b) => numberOf(a) - numberOf(b))).toEqual(written);
  }
}

export function say(what: string, milliseconds: number): void {
  if (process.env['FIGURES'] !== undefined) process.stderr.write(`${what}: ${milliseconds} ms\n`);
}
