import { expect, it } from 'vitest';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { eventually, follow, isLive, multiset } from './follower.ts';
import { openStand } from './stand.ts';
import { fresh } from './vendors.ts';

function resources(): Record<string, number> {
  return multiset(process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)));
}

it('leaves no poller, timer or socket behind, however its subscribers went', async () => {
  const before = resources();
  const service = await openStand({ vendors: { one: simulateNemo() } });
  const { simulation } = service.vendors.one;
  const keys = [simulation.createJob(), simulation.createJob()];
  for (const key of keys) simulation.write(key, fresh(5));
  const jobs = keys.map((key) => service.id('one', key));
  const followers = Array.from({ length: 40 }, (_, index) =>
    follow(index % 2 === 0 ? 'WebSocket' : 'SSE', service.url, { jobs, tail: 3 }),
  );
  await Promise.all(followers.map((follower) => follower.until(isLive)));
  expect(service.federation.tailStatistics()).toMatchObject({ feeds: 2, subscribers: 80 });
  for (const [index, follower] of followers.entries()) {
    if (index % 4 < 2) follower.kill();
    else await follower.leave();
  }
  await eventually(() => service.federation.tailStatistics().feeds === 0, 'the pollers stop', 2_000);
  expect(service.federation.tailStatistics()).toMatchObject({ feeds: 0, subscribers: 0 });
  const { polls } = service.federation.tailStatistics();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(service.federation.tailStatistics().polls).toBe(polls);
  await service.close();
  await eventually(
    () => Object.entries(resources()).every(([kind, count]) => count <= (before[kind] ?? 0) + 2),
    'the sockets and timers are gone',
    5_000,
  );
});
