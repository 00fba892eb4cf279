import { afterEach, describe, expect, test } from 'vitest';
import { HAS_REDIS } from './redis-server.ts';
import { startCluster, startSentinel } from './topologies.ts';
import { becomesConnected, closeLater, closeWorlds, haveEverything, oneLeads, openWorld } from './world.ts';

afterEach(closeWorlds);

describe.skipIf(!HAS_REDIS)('replicas', () => {
  test('share their pollers through a Redis Cluster of several masters', async () => {
    const cluster = await startCluster();
    closeLater(() => cluster.close());
    const world = await openWorld(2, { cluster: cluster.urls });
    const subscribers = [...(await world.subscribe(2, 0)), ...(await world.subscribe(2, 1))];
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches(subscribers);
    world.finish();
    await haveEverything(subscribers, world.written());
    expect(subscribers.map(({ visits }) => visits)).toEqual(subscribers.map(() => 1));
  });

  test('continue with the new master after Redis Sentinel has replaced the dead one', async () => {
    const redis = await startSentinel();
    closeLater(() => redis.close());
    const world = await openWorld(2, { sentinel: { nodes: redis.urls, master: redis.master } });
    const subscribers = [...(await world.subscribe(2, 0)), ...(await world.subscribe(2, 1))];
    await oneLeads(world.replicas);
    world.flow();
    await world.nextLineReaches(subscribers);
    await redis.killMaster();
    // Until then, each replica polls alone.
    await world.nextLineReaches(subscribers);
    for (const replica of world.replicas) await becomesConnected(replica);
    await oneLeads(world.replicas);
    await world.nextLineReaches(subscribers);
    world.finish();
    await haveEverything(subscribers, world.written());
    expect(subscribers.map(({ visits }) => visits)).toEqual(subscribers.map(() => 1));
  });
});
