import { afterEach, describe, expect, test } from 'vitest';
import { Feed } from '../../../src/federation/tail/feed/feed.ts';
import { Poller } from '../../../src/federation/tail/poll/poller.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { timeNative } from '../../pagination/fake-natives.ts';
import type { RawLine } from '../../pagination/fake-natives.ts';
import { waitFor } from '../../redis/wait-for.ts';
import { fakeSource } from '../fake-sources.ts';

const SETTINGS = { ...DEFAULT_TAIL, intervalMilliseconds: 2, maxIntervalMilliseconds: 8, reorderMilliseconds: 0 };
const now = BigInt(Date.now()) * 1_000_000n;

/** More lines in one instant than the vendor returns: it returns five from either end. */
function crowd(time: bigint, count: number): RawLine[] {
  return Array.from({ length: count }, (_, i) => ({
    time,
    id: `c${time}${String(i).padStart(3, '0')}`,
    text: 'x',
    level: 'info',
  }));
}

const line = (time: bigint): RawLine => ({ time, id: `l${time}`, text: 'l', level: 'info' });

describe('a feed of a log with lines that its vendor cannot return', () => {
  const feeds: Feed[] = [];

  function follow(lines: readonly RawLine[]) {
    const native = timeNative(lines, { limit: 5, levels: ['info'] });
    const source = fakeSource('a', { job: [native] });
    source.statuses.set('job', 'RUNNING');
    const poller = new Poller({ source, job: 'job', authorization: null, settings: SETTINGS });
    const feed = new Feed(SETTINGS, poller, () => undefined);
    feed.join({ taken: 0, wake: () => undefined, willEvict: () => undefined });
    feeds.push(feed);
    return { native, feed };
  }

  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()));
  });

  test('finds those that it meets while polling, once, with their position', async () => {
    const { native, feed } = follow([line(now - 9_000_000n)]);
    await waitFor('it has begun', () => feed.isBegun);
    native.add([...crowd(now, 30), line(now + 5_000_000n)]);
    await waitFor('it has found the last line', () => feed.window.newest === now + 5_000_000n);
    const calls = native.calls();
    await waitFor('it has read them again', () => native.calls() > calls + 30);
    const gaps = feed.gaps.after(0);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.after?.time).toBeLessThan(now);
    expect(gaps[0]?.before?.time).toBeGreaterThan(now);
    expect(gaps[0]?.before?.time).toBeLessThanOrEqual(now + 5_000_001n);
    expect(gaps[0]?.reason).toMatch(/more entries share one instant/);
  });

  test('finds those that exist when it begins', async () => {
    const { native, feed } = follow([line(now - 9_000_000n), ...crowd(now, 30), line(now + 5_000_000n)]);
    await waitFor('it has begun', () => feed.isBegun);
    const calls = native.calls();
    await waitFor('it has polled', () => native.calls() > calls + 30);
    expect(feed.gaps.after(0)).toHaveLength(1);
  });
});
