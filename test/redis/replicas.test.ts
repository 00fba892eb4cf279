import { afterEach, describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { HAS_REDIS, startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
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
const SHARED_TEXT = 'ready\n';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A vendor with one job, a Redis, and replicas in processes of their own. */
async function openWorld(replicaCount: number, leaseTtl = '1s') {
  const vendor = await startVendorServer(simulateNemo(), 0);
  closing.push(() => vendor.close());
  const redis = await startRedis();
  closing.push(() => redis.close());
  const key = vendor.simulation.createJob();
  const configuration = {
    server: { logLevel: 'info' },
    tail: TAIL,
    redis: { url: redis.url, leaseTtl },
    sources: { one: vendor.simulation.sourceConfig(vendor.origin) },
  };
  const replicas = await Promise.all(Array.from({ length: replicaCount }, () => startReplica(configuration)));
  for (const replica of replicas) closing.push(() => replica.close());
  for (const replica of replicas) await becomesConnected(replica);
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const world = {
    vendor,
    redis,
    replicas: replicas as [Replica, ...Replica[]],
    job: encodeNodeId('Job', 'one', key),
    written: () => Array.from({ length: count }, (_, i) => `line ${i}`),
    write(): void {
      vendor.simulation.write(key, [{ time: BigInt(Date.now()) * 1_000_000n, message: `line ${count}` }]);
      count += 1;
    },
    /** Lines flow until `finish`. */
    flow(): void {
      timer = setInterval(() => {
        world.write();
      }, 15);
    },
    finish(): void {
      clearInterval(timer);
      vendor.simulation.setStatus(key, 'SUCCEEDED');
    },
    /** Subscribers who begin at that replica and, when it is lost, go on at the others. */
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
    /** Resolves with how long it took until a line that is written now has come to them. */
    async nextLineReaches(subscribers: readonly Subscriber[]): Promise<number> {
      const began = performance.now();
      const from = count;
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

async function becomesConnected(replica: Replica): Promise<void> {
  await waitFor('the replica has found Redis', async () => (await replica.metric('tributary_redis_up')) === 1);
}

async function leaderOf(replicas: readonly Replica[]): Promise<Replica> {
  const leading = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_leading')));
  const leader = replicas[leading.indexOf(1)];
  if (leader === undefined) throw new Error('Nobody leads.');
  return leader;
}

async function oneLeads(replicas: readonly Replica[]): Promise<void> {
  await waitFor('one replica leads and the others follow', async () => {
    const leading = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_leading')));
    const following = await Promise.all(replicas.map((replica) => replica.metric('tributary_tail_jobs_following')));
    return sum(leading) === 1 && sum(following) === replicas.length - 1;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

async function haveEverything(subscribers: readonly Subscriber[], written: readonly string[]): Promise<void> {
  await waitFor('the job has ended for everybody', () => subscribers.every(({ reason }) => reason !== null));
  // Late lines are out of order, whoever reads them: what counts here is that each is there, once.
  const numberOf = (text: string): number => Number(text.slice('line '.length));
  for (const { messages } of subscribers) {
    expect(messages.toSorted((a, b) => numberOf(a) - numberOf(b))).toEqual(written);
  }
}

function say(what: string, milliseconds: number): void {
  if (process.env['FIGURES'] !== undefined) process.stderr.write(`${what}: ${milliseconds} ms\n`);
}

describe.skipIf(!HAS_REDIS)('replicas with one Redis', { timeout: 120_000 }, () => {
  test('poll once for all subscribers of all of them', async () => {
    const world = await openWorld(2);
    const subscribers = [...(await world.subscribe(5, 0)), ...(await world.subscribe(5, 1))];
    await oneLeads(world.replicas);
    const leader = await leaderOf(world.replicas);
    const [follower] = world.replicas.filter((replica) => replica !== leader);
    world.flow();
    await world.nextLineReaches(subscribers);
    const idle = await follower?.metric('tributary_tail_polls_total');
    const polled = await leader.metric('tributary_tail_polls_total');
    const logCalls = (): number => world.vendor.calls.filter(({ kind }) => kind === 'logs').length;
    const called = logCalls();
    await waitFor('the leader has polled ten times', async () => {
      return (await leader.metric('tributary_tail_polls_total')) >= polled + 10;
    });
    const calls = logCalls() - called;
    const polls = (await leader.metric('tributary_tail_polls_total')) - polled;
    expect(await follower?.metric('tributary_tail_polls_total')).toBe(idle);
    // A poll may be under way when we look.
    expect(calls).toBeGreaterThanOrEqual(polls - 2);
    expect(calls).toBeLessThanOrEqual(polls + 2);
    world.finish();
    await haveEverything(subscribers, world.written());
  });

  test('lose and repeat nothing when the one that polls is killed', async () => {
    const world = await openWorld(2);
    const first = await world.subscribe(3, 0);
    await waitFor('the first leads', async () => (await world.replicas[0].metric('tributary_tail_jobs_leading')) === 1);
    const second = await world.subscribe(3, 1);
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches([...first, ...second]);
    world.replicas[0].signal('SIGKILL');
    say('survivor has a line after SIGKILL of the poller (lease 1 s)', await world.nextLineReaches(second));
    say('and those of the dead one, too, after', await world.nextLineReaches(first));
    world.finish();
    await haveEverything([...first, ...second], world.written());
    expect(Math.min(...first.map(({ visits }) => visits))).toBeGreaterThan(1);
    expect(second.map(({ visits }) => visits)).toEqual([1, 1, 1]);
  });

  test('hand over at once when the one that polls stops in good order', async () => {
    const world = await openWorld(2, '30s');
    const first = await world.subscribe(1, 0);
    await waitFor('the first leads', async () => (await world.replicas[0].metric('tributary_tail_jobs_leading')) === 1);
    const second = await world.subscribe(1, 1);
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches(second);
    for (const subscriber of first) subscriber.leave();
    await waitFor('the second leads', async () => {
      return (await world.replicas[1]?.metric('tributary_tail_jobs_leading')) === 1;
    });
    world.finish();
    await haveEverything(second, world.written());
  });

  test.each([
    ['is killed and started again', (redis: RedisServer) => redis.kill(), (redis: RedisServer) => redis.start()],
    ['answers nothing for a while', (redis: RedisServer) => redis.pause(), (redis: RedisServer) => redis.resume()],
  ])('lose and repeat nothing when Redis %s, and share again afterwards', async (_how, breakRedis, mendRedis) => {
    const world = await openWorld(2);
    const subscribers = [...(await world.subscribe(3, 0)), ...(await world.subscribe(3, 1))];
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches(subscribers);
    await breakRedis(world.redis);
    say('everybody has a line after Redis went', await world.nextLineReaches(subscribers));
    for (const replica of world.replicas) {
      await waitFor('the replica says so', async () => (await replica.metric('tributary_redis_up')) === 0);
      expect(await replica.health()).toContain('degraded');
    }
    await world.nextLineReaches(subscribers);
    await mendRedis(world.redis);
    const began = performance.now();
    for (const replica of world.replicas) await becomesConnected(replica);
    await oneLeads(world.replicas);
    say('shared again', Math.round(performance.now() - began));
    for (const replica of world.replicas) expect(await replica.health()).toBe(SHARED_TEXT);
    await world.nextLineReaches(subscribers);
    world.finish();
    await haveEverything(subscribers, world.written());
    expect(subscribers.map(({ visits }) => visits)).toEqual(subscribers.map(() => 1));
    for (const replica of world.replicas) expect(replica.log()).not.toContain(world.redis.url);
  });

  test('take over from one that stands still, whose old term is worth nothing when it goes on', async () => {
    const world = await openWorld(2);
    const first = await world.subscribe(1, 0);
    await waitFor('the first leads', async () => (await world.replicas[0].metric('tributary_tail_jobs_leading')) === 1);
    const second = await world.subscribe(1, 1);
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches([...first, ...second]);
    world.replicas[0].signal('SIGSTOP');
    say('the other has a line after SIGSTOP of the poller (lease 1 s)', await world.nextLineReaches(second));
    world.replicas[0].signal('SIGCONT');
    await oneLeads(world.replicas);
    expect(await world.replicas[1]?.metric('tributary_tail_jobs_leading')).toBe(1);
    await world.nextLineReaches([...first, ...second]);
    world.finish();
    await haveEverything([...first, ...second], world.written());
  });
});
