import { afterEach, describe, expect, test } from 'vitest';
import { HAS_REDIS, startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { waitFor } from './wait-for.ts';
import {
  becomesConnected,
  closeLater,
  closeWorlds,
  expectCallPerPoll,
  haveEverything,
  leaderOf,
  oneLeads,
  openWorld as openWorldWith,
  say,
} from './world.ts';

const SHARED_TEXT = 'ready\n';

afterEach(closeWorlds);

async function openWorld(replicaCount: number, leaseTtl = '1s') {
  const redis = await startRedis();
  closeLater(() => redis.close());
  return { redis, ...(await openWorldWith(replicaCount, { url: redis.url, leaseTtl })) };
}

describe.skipIf(!HAS_REDIS)('replicas with one Redis', () => {
  test('poll once for all subscribers of all of them', async () => {
    // The lease stays with its holder, however slow the machine is.
    const world = await openWorld(2, '30s');
    const subscribers = [...(await world.subscribe(5, 0)), ...(await world.subscribe(5, 1))];
    await oneLeads(world.replicas);
    const leader = await leaderOf(world.replicas);
    const [follower] = world.replicas.filter((replica) => replica !== leader);
    world.flow();
    await world.nextLineReaches(subscribers);
    const idle = await follower?.metric('tributary_tail_polls_total');
    await expectCallPerPoll(world.vendor, () => leader.metric('tributary_tail_polls_total'));
    expect(await follower?.metric('tributary_tail_polls_total')).toBe(idle);
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

  test('hand over at once when the one that polls stops normally', async () => {
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

  test('take over from one that is suspended, whose old term is void when it continues', async () => {
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

  test('have every line of two attempts, once, if the second begins while both follow', async () => {
    const redis = await startRedis();
    closeLater(() => redis.close());
    const world = await openWorldWith(2, { url: redis.url }, { generation: 'C' });
    const subscribers = [...(await world.subscribe(2, 0)), ...(await world.subscribe(2, 1))];
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches(subscribers);
    world.simulation.startAttempt(world.key);
    await world.nextLineReaches(subscribers);
    const [first, second] = world.simulation.attempts(world.key);
    expect(second).toBeDefined();
    // The last lines of the first attempt reach the store late.
    world.writeTo(first ?? '');
    await world.nextLineReaches(subscribers);
    world.finish();
    await haveEverything(subscribers, world.written());
  });
});
