import { afterEach, expect, test, vi } from 'vitest';
import type { FeedSink } from '../../../src/federation/tail/feed/driver.ts';
import { Feeds } from '../../../src/federation/tail/feed/feeds.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { fakeSource } from '../fake-sources.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the lag of tails is that of the job that was read to its end longest ago', () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  const sinks: FeedSink[] = [];
  const feeds = new Feeds(DEFAULT_TAIL, {
    driver: () => ({ start: (sink) => void sinks.push(sink), poke: () => undefined, stop: () => Promise.resolve() }),
    statistics: () => ({
      through: 'REDIS',
      state: 'CONNECTED',
      leading: 0,
      following: 0,
      limitAsks: { shared: 0, alone: 0 },
    }),
    close: () => undefined,
  });
  const lag = (): number => feeds.statistics().lagSeconds;
  expect(lag()).toBe(0);
  const source = fakeSource('a', { one: [], two: [] });
  for (const job of ['one', 'two']) {
    const feed = feeds.open({ source, job, authorization: null });
    feed.join({ taken: 0, wake: () => undefined, willEvict: () => undefined });
  }
  const [one, two] = sinks;
  for (const sink of sinks) sink.begin([], null);
  vi.advanceTimersByTime(3_000);
  one?.polled();
  expect(lag()).toBe(3);
  two?.polled();
  vi.advanceTimersByTime(1_000);
  two?.polled();
  expect(lag()).toBe(1);
  one?.ended('JOB_FINISHED');
  expect(lag()).toBe(0);
});
