import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { FeedSink, LocalDriver } from '../../src/federation/tail/feed/driver.ts';
import { Feed } from '../../src/federation/tail/feed/feed.ts';
import type { TailSharing } from '../../src/federation/tail/feed/feeds.ts';
import type { FeedLine } from '../../src/federation/tail/feed/lines/line-window.ts';
import { DEFAULT_TAIL } from '../../src/federation/tail/settings.ts';
import { createRedisSharing } from '../../src/redis/index.ts';
import { entryOf, fakeSource } from '../federation/fake-sources.ts';
import { HAS_REDIS } from '../redis/redis-server.ts';
import { waitFor } from '../redis/wait-for.ts';
import { throughBroker, throughRedis } from './backends.ts';
import type { Backend } from './backends.ts';

/** A poller that records its orders, and finds the lines of `vendor` when it catches up. */
function fakePoller(vendor: readonly FeedLine[]) {
  const told: string[] = [];
  let sink: FeedSink | null = null;
  const poller: LocalDriver = {
    start: () => undefined,
    poke: () => void told.push('poke'),
    stop: () => Promise.resolve(),
    begin(given) {
      sink = given;
      given.begin([], null);
      return Promise.resolve(true);
    },
    resume: () => void told.push('resume'),
    pause: () => void told.push('pause'),
    catchUp(given) {
      told.push('catchUp');
      given.accept(vendor);
      return Promise.resolve();
    },
  };
  return { poller, told, sink: () => sink };
}

/** Feeds that keep everything that these tests pass to them. */
const ROOMY = { ...DEFAULT_TAIL, keepBytes: 1e9, holdBytes: 1e9 };

const LISTENER = { taken: 0, wake: () => undefined, willEvict: () => undefined };

function lineAt(time: bigint, text: string): FeedLine {
  return { entry: entryOf({ time, tie: `t${time}`, id: '', text, level: '' }), partition: '', hint: null };
}

function follow(
  sharing: TailSharing,
  job: string,
  authorization: string | null = null,
  vendor: readonly FeedLine[] = [],
) {
  const { poller, told, sink } = fakePoller(vendor);
  const driver = sharing.driver({ source: fakeSource('a', {}), job, authorization }, () => poller);
  const feed = new Feed(ROOMY, driver, () => undefined);
  feed.join(LISTENER);
  return { feed, told, sink };
}

const BACKENDS = [
  ...(HAS_REDIS ? [['Redis', throughRedis] as const] : []),
  ['the primary process of its workers', throughBroker] as const,
];

describe.each(BACKENDS)('a feed that is shared through %s', (_, open) => {
  let backend: Backend;
  const said: string[] = [];

  const connected = (): Promise<TailSharing> =>
    backend.replica((decision, { job }) => void said.push(`${String(job)}: ${decision}`));

  beforeAll(async () => {
    backend = await open();
  });

  afterAll(() => backend.close());

  test('is read from the vendor by a follower that has missed messages', async () => {
    const [one, other] = [await connected(), await connected()];
    const leader = follow(one, 'gap');
    await waitFor('one leads', () => one.statistics().leading === 1);
    const follower = follow(other, 'gap');
    await waitFor('the other follows', () => other.statistics().following === 1);
    expect(follower.told).toEqual([]);
    await backend.skipMessage();
    await waitFor('it has caught up', () => follower.told.includes('catchUp'));
    await Promise.all([leader.feed.stop(), follower.feed.stop()]);
  });

  test('has a debug log that reports which replica takes, releases and takes over the lease', async () => {
    const [one, other] = [await connected(), await connected()];
    const leader = follow(one, 'moving');
    await waitFor('one leads', () => one.statistics().leading === 1);
    const follower = follow(other, 'moving');
    await waitFor('the other follows', () => other.statistics().following === 1);
    await leader.feed.stop();
    await waitFor('the other leads', () => other.statistics().leading === 1);
    await follower.feed.stop();
    expect(said.filter((line) => line.startsWith('moving'))).toEqual([
      'moving: lease taken: this replica polls',
      'moving: lease released',
      'moving: lease taken: this replica polls',
      'moving: lease released',
    ]);
  });

  test('has the gaps that the polling replica finds, once, on every replica', async () => {
    const [one, other] = [await connected(), await connected()];
    const leader = follow(one, 'hole');
    await waitFor('one leads', () => one.statistics().leading === 1);
    const follower = follow(other, 'hole');
    await waitFor('the other follows', () => other.statistics().following === 1);
    const after = { time: 1_700_000_000_123_456_789n, tie: 'x' };
    const gap = { partition: 'p', after, before: null, reason: 'out of reach' };
    leader.sink()?.gap(gap);
    leader.sink()?.gap(gap);
    leader.sink()?.gap({ ...gap, partition: 'q', before: { time: after.time + 1n, tie: '' } });
    leader.sink()?.gap({ ...gap, lines: ['a', 'b'] });
    await waitFor('the other knows', () => follower.feed.gaps.last === 3);
    expect(follower.feed.gaps.after(0)).toEqual(leader.feed.gaps.after(0));
    expect(follower.told).toEqual([]);
    // A replica that joins later has read the log's end, and gets the gaps that this did not show from the stream.
    const third = await connected();
    const late = follow(third, 'hole');
    await waitFor('the third knows', () => late.feed.gaps.last === 3);
    await Promise.all([leader, follower, late].map(({ feed }) => feed.stop()));
  });

  test('is read from the vendor by its followers if too much waits to be sent, and is shared again afterwards', async () => {
    const [one, other] = [await connected(), await connected()];
    const now = BigInt(Date.now()) * 1_000_000n;
    // Each line is a message by itself; 250 of them are the allowed maximum.
    const vendor = Array.from({ length: 300 }, (_, i) => lineAt(now + BigInt(i), 'x'.repeat(128_000)));
    const leader = follow(one, 'flood');
    await waitFor('one leads', () => one.statistics().leading === 1);
    const follower = follow(other, 'flood', null, vendor);
    await waitFor('the other follows', () => other.statistics().following === 1);
    expect(follower.told).toEqual([]);
    leader.sink()?.accept(vendor);
    await waitFor('the other has read what it was not told', () => follower.told.includes('catchUp'));
    await waitFor('it has all of it', () => follower.feed.window.size === vendor.length);
    expect(await backend.mostMessages()).toBeLessThan(vendor.length);
    // On a slow machine, Redis may have counted as down meanwhile: then either replica may lead.
    await waitFor('one leads and one follows', () => {
      const [{ leading }, { following }] = [one.statistics(), other.statistics()];
      return leading === following && leading + other.statistics().leading === 1;
    });
    const [tells, hears] = one.statistics().leading === 1 ? [leader, follower] : [follower, leader];
    tells.sink()?.accept([lineAt(now + 1_000n, 'afterwards')]);
    await waitFor('the other is told again', () => hears.feed.window.size === vendor.length + 1);
    await Promise.all([leader.feed.stop(), follower.feed.stop()]);
  });

  test('makes the polling replica poll when a subscriber joins elsewhere', async () => {
    const [one, other] = [await connected(), await connected()];
    const leader = follow(one, 'poke');
    await waitFor('one leads', () => one.statistics().leading === 1);
    const follower = follow(other, 'poke');
    await waitFor('the other follows', () => other.statistics().following === 1);
    follower.feed.join({ ...LISTENER });
    await waitFor('the poller was told', () => leader.told.includes('poke'));
    await Promise.all([leader.feed.stop(), follower.feed.stop()]);
  });

  test('is not shared by callers with different credentials', async () => {
    const [one, other] = [await connected(), await connected()];
    const feeds = [follow(one, 'own', 'Bearer a'), follow(other, 'own', 'Bearer b')];
    await waitFor('both lead', () => one.statistics().leading + other.statistics().leading === 2);
    await Promise.all(feeds.map(({ feed }) => feed.stop()));
  });
});

test('a feed is polled by its own replica while there is no Redis', async () => {
  const nowhere = {
    servers: { kind: 'single', url: 'unix:///nonexistent/redis.sock' } as const,
    prefix: 't',
    leaseMilliseconds: 3_000,
    secret: 's',
  };
  const sharing = createRedisSharing(nowhere);
  const { feed, told } = follow(sharing, 'alone');
  await waitFor('it polls', () => told.includes('resume'));
  const federation = createFederation([], { sharing });
  expect(federation.tailStatistics().sharing).toEqual({
    through: 'REDIS',
    state: 'DOWN',
    leading: 0,
    following: 0,
    limitAsks: { shared: 0, alone: 0 },
  });
  await feed.stop();
  await federation.close();
});
