import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { Feeds } from '../../src/federation/tail/feed/feeds.ts';
import { DEFAULT_TAIL } from '../../src/federation/tail/settings.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import { wholeNative } from '../pagination/fake-natives.ts';
import { fakeSource } from '../federation/fake-sources.ts';

const INTERVAL = DEFAULT_TAIL.intervalMilliseconds;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** The feed of a running job without new lines, and when it was polled. */
function silentJob(settings: Partial<TailSettings> = {}) {
  const source = fakeSource('one', { job: [wholeNative([])] });
  source.statuses.set('job', 'RUNNING');
  const feeds = new Feeds({ ...DEFAULT_TAIL, jitter: 0, ...settings });
  const polledAt: number[] = [];
  const getJobs = source.connector.getJobs.bind(source.connector);
  let polls = 0;
  let limitedFor: number | null = null;
  const noted = {
    ...source,
    connector: {
      ...source.connector,
      getJobs: (...given: Parameters<typeof getJobs>) => {
        // A poll is counted before it calls; calls before the first count belong to none.
        if (feeds.statistics().polls > polls) polledAt.push(Date.now());
        ({ polls } = feeds.statistics());
        if (limitedFor !== null) {
          const retryAfterSeconds = limitedFor;
          limitedFor = null;
          throw new TributaryError('SOURCE_RATE_LIMITED', 'too many', { source: 'one', retryAfterSeconds });
        }
        return getJobs(...given);
      },
    },
  };
  return {
    polledAt,
    /** Has the source answer once that it wants to be left alone for so many seconds. */
    limit: (seconds: number) => {
      limitedFor = seconds;
    },
    join: () => {
      const feed = feeds.open({ source: noted, job: 'job', authorization: null });
      const listener = { taken: Infinity, wake: () => undefined, willEvict: () => undefined };
      feed.join(listener);
    },
    close: () => feeds.close(),
  };
}

type SilentJob = ReturnType<typeof silentJob>;

/** Follows the job until the pauses between its polls are the longest, and stops in the middle of one. */
async function fallSilent(job: SilentJob): Promise<number> {
  job.join();
  await vi.advanceTimersByTimeAsync(60_000);
  const [last, next] = [job.polledAt.at(-1) ?? NaN, 7_000];
  await vi.advanceTimersByTimeAsync(Math.max(0, last + next - Date.now()));
  return job.polledAt.length;
}

describe('subscribers that join a silent job', () => {
  // The state of the job is asked for at each poll: that is how polls are told from each other here.
  const EACH = { refreshMilliseconds: 0 };

  async function pollsAfter(joins: readonly number[]): Promise<number[]> {
    const job = silentJob(EACH);
    const before = await fallSilent(job);
    const began = Date.now();
    for (const at of joins) {
      await vi.advanceTimersByTimeAsync(began + at - Date.now());
      job.join();
    }
    await vi.advanceTimersByTimeAsync(began + 40_000 - Date.now());
    await job.close();
    return job.polledAt.slice(before).map((at) => at - began);
  }

  test('have it polled at once', async () => {
    expect((await pollsAfter([0])).slice(0, 3)).toEqual([0, INTERVAL, 3 * INTERVAL]);
  });

  test('cause the same polls, whether they are 1,000 within an interval or one', async () => {
    const joins = Array.from({ length: 1_000 }, (_, index) => index * (INTERVAL / 1_000));
    expect(await pollsAfter(joins)).toEqual(await pollsAfter([0]));
  });

  test('have it polled an interval after the last poll when they come sooner after it', async () => {
    const polls = await pollsAfter([0, INTERVAL + 100, INTERVAL + 200]);
    expect(polls.slice(0, 4)).toEqual([0, INTERVAL, 2 * INTERVAL, 3 * INTERVAL]);
  });

  test('never have it polled more often than the interval says, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        fc.constantFrom(0, 0.2),
        async (pauses, jitter) => {
          const job = silentJob({ ...EACH, jitter });
          const before = await fallSilent(job);
          for (const pause of pauses) {
            await vi.advanceTimersByTimeAsync(pause);
            job.join();
          }
          await vi.advanceTimersByTimeAsync(5_000);
          await job.close();
          const gaps = job.polledAt.slice(before).map((at, index, all) => at - (all[index - 1] ?? -Infinity));
          for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(Math.floor(INTERVAL * (1 - jitter)));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('cause no call to a source that asked for a pause', async () => {
    const job = silentJob({ ...EACH, maxIntervalMilliseconds: 60_000 });
    await fallSilent(job);
    job.limit(30);
    job.join();
    await vi.advanceTimersByTimeAsync(0);
    const before = job.polledAt.length;
    for (let second = 1; second < 30; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      job.join();
    }
    expect(job.polledAt.length).toBe(before);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(job.polledAt.length).toBe(before + 1);
    await job.close();
  });
});
