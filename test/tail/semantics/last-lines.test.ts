import { describe, expect, test } from 'vitest';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, outOfOrder, polled, untilAllHave, untilAllLive } from './followers.ts';
import { stand } from './swift-stand.ts';

describe('tail: n, with more lines than the feed has in its window, over WebSocket and SSE', () => {
  test.each(TAILED)('$vendor', async ({ simulate, configuration }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    // A native page and more of now. The feed needs nothing that is a second or more older.
    const old = Array.from({ length: 150 }, (_, index) => fresh(1, 600_000 - index * 1_000)).flat();
    const recent = fresh('pageSize' in configuration ? 8 : 110);
    simulation.write(key, [...old, ...recent]);
    const wanted = recent.length + 120;
    const first = followBoth(service.url, { jobs, tail: wanted });
    await untilAllHave(first, wanted);
    await untilAllLive(first);
    // The same for subscribers that begin once the feed is live.
    const others = followBoth(service.url, { jobs, tail: wanted });
    const all = followBoth(service.url, { jobs, tail: 1_000 });
    await untilAllLive([...others, ...all]);
    const next = fresh(4);
    simulation.write(key, next);
    await untilAllHave([...first, ...others], wanted + 4);
    await untilAllHave(all, old.length + recent.length + 4);
    await polled(service, 3);
    for (const { lines } of [...first, ...others]) {
      expect(counts(lines)).toEqual(counts([...old.slice(-120), ...recent, ...next]));
      expect(outOfOrder(lines)).toEqual([]);
    }
    for (const { lines } of all) {
      expect(counts(lines)).toEqual(counts([...old, ...recent, ...next]));
      expect(outOfOrder(lines)).toEqual([]);
    }
    await leaveAll([...first, ...others, ...all]);
  });
});
