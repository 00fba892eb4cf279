import { describe, expect, test } from 'vitest';
import { SANDBOX_KEY, simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import type { SimulatedVendor } from '../../src/sandbox/types.ts';
import { gather } from './fan-out-crowd.ts';
import type { Crowd } from './fan-out-crowd.ts';
import { eventually, follow, isLive, multiset } from './follower.ts';
import { openStand, stand } from './stand.ts';
import { fresh, TAILED, texts } from './vendors.ts';

const CROWD = 1_000;
/** What each poll calls, and the first reading of the log's end as well: the log last. */
const EACH = { job: 1, logs: 1 };
const ONCE: ReadonlySet<string> = new Set(['token', 'steps']);
/**
 * Pages read, the first poll included, when the last 210 of 600 lines are wanted. Vendors that are not named return all
 * lines in one page.
 */
const LOGS_OF_MORE: Readonly<Record<string, number>> = { 'sap-job-scheduling': 4, softwareone: 5, deepset: 5 };
/** No poll is ever due: every call is caused by a new subscriber. */
const NEVER = { intervalMilliseconds: 600_000, maxIntervalMilliseconds: 600_000, jitter: 0 };
/** Every poll asks for the state of the job: all of them make the same calls. */
const ALWAYS = { refreshMilliseconds: 0, reorderMilliseconds: 0 };

/**
 * A job with lines, and this many subscribers from its last lines on. The number of lines is not round: a page whose
 * length may be a cap costs one more call.
 */
async function scene(
  simulate: () => SimulatedVendor,
  subscribers: number,
  tail: Partial<TailSettings>,
  { wanted = 5, before = 52, isMixed = true } = {},
) {
  const service = await openStand({ vendors: { one: simulate() }, tail: { ...ALWAYS, ...tail } });
  const server = service.vendors.one;
  const key = server.simulation.createJob();
  // A second apart: the coarsest clock of a vendor tells them from each other.
  const past = Array.from({ length: before }, (_, index) => fresh(1, (before + 10 - index) * 1_000)).flat();
  server.simulation.write(key, past);
  const jobs = [service.id('one', key)];
  // Subscribers that want other lines of the job share the same poller.
  const crowd = gather(service.url, subscribers, (index) => ({
    jobs,
    tail: wanted,
    ...(isMixed && index % 3 === 2 ? { filter: { contains: 'line' } } : {}),
  }));
  return {
    past: texts(past),
    crowd,
    polls: () => service.federation.tailStatistics().polls,
    /**
     * Answered calls, without those whose answer is needed only once: a token, and the attempts of NeMo's job by its
     * steps.
     */
    calls: () =>
      multiset(server.calls.filter(({ kind, status }) => status < 400 && !ONCE.has(kind)).map(({ kind }) => kind)),
    write: (count: number): string[] => {
      const lines = fresh(count);
      server.simulation.write(key, lines);
      return texts(lines);
    },
    /** The next reading of the log is refused, and from then on the source is left alone. */
    limit: () => {
      server.inject({
        kinds: ['logs'],
        what: { do: 'status', status: 429, headers: { 'retry-after': '600' }, body: '{}' },
      });
    },
    until: (holds: (member: Crowd['members'][number]) => boolean, what: string) =>
      eventually(() => crowd.members.every(holds), what),
    close: async () => {
      await crowd.leave();
      await service.close();
    },
  };
}

describe.each(TAILED)('1,000 subscribers of one job of $vendor, over all transports', ({ vendor, simulate }) => {
  /** The calls when this many subscribers come at once, and nothing else is due. */
  async function callsOfComing(subscribers: number) {
    const { crowd, calls, polls, until, close, past } = await scene(simulate, subscribers, NEVER);
    await until(({ isLive }) => isLive, 'all are live');
    await until(({ lines }) => lines.length === 5, 'all have the last lines');
    for (const { lines, problem } of crowd.members) {
      expect({ lines, problem }).toEqual({ lines: past.slice(-5), problem: null });
    }
    await eventually(() => calls()['logs'] === 2 * EACH.logs, 'the first poll is over');
    await close();
    return { calls: calls(), polls: polls() };
  }

  test('cause the same calls by coming as one does', async () => {
    const alone = await callsOfComing(1);
    expect(alone).toMatchObject({ calls: { job: EACH.job * 2, logs: EACH.logs * 2 }, polls: 1 });
    expect(await callsOfComing(CROWD)).toEqual(alone);
  });

  test('cause no more calls than one when they want more lines than are kept', async () => {
    for (const subscribers of [1, CROWD]) {
      const tail = { wanted: 210, before: 600, isMixed: false };
      const { crowd, calls, polls, until, close, past } = await scene(simulate, subscribers, NEVER, tail);
      await until(({ lines }) => lines.length === tail.wanted, 'all have the last lines');
      for (const { lines } of crowd.members) expect(lines).toEqual(past.slice(-tail.wanted));
      await close();
      expect(polls()).toBe(1);
      // Fewer if the poll and the shared read want the same page at the same time.
      expect(calls()['logs']).toBeLessThanOrEqual(LOGS_OF_MORE[vendor] ?? 2);
    }
  });

  /** What is called while lines come, until there have been so many. */
  async function callsOfFollowing(subscribers: number) {
    const tail = { intervalMilliseconds: 20, maxIntervalMilliseconds: 20 };
    const { crowd, calls, polls, until, write, limit, close, past } = await scene(simulate, subscribers, tail);
    await until(({ isLive }) => isLive, 'all are live');
    const expected = past.slice(-5);
    for (let round = 1; round <= 5; round += 1) {
      expected.push(...write(3));
      await until(({ lines }) => lines.length >= expected.length, `the lines of round ${round} are everywhere`);
    }
    limit();
    await until(({ isBackingOff }) => isBackingOff, 'all know that the source wants to be left alone');
    for (const { lines, problem } of crowd.members) {
      expect({ lines: multiset(lines), problem }).toEqual({ lines: multiset(expected), problem: null });
    }
    await close();
    return { calls: calls(), polls: polls() };
  }

  test('cause the same calls with each poll as one does', async () => {
    const [alone, crowd] = [await callsOfFollowing(1), await callsOfFollowing(CROWD)];
    for (const { calls, polls } of [alone, crowd]) {
      expect(polls).toBeGreaterThanOrEqual(5);
      // The last poll was refused the log.
      expect([calls['job'], calls['logs']]).toEqual([EACH.job * (1 + polls), EACH.logs * polls]);
    }
    // All other calls are made once for all subscribers.
    expect({ ...crowd.calls, job: 0, logs: 0 }).toEqual({ ...alone.calls, job: 0, logs: 0 });
  });
});

describe('subscribers with credentials of their own', () => {
  test('share a poller where their credential is the same, and only there', async () => {
    const service = await stand({ vendors: { one: simulateDeepset() }, configuration: { one: { forward: true } } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    simulation.write(key, fresh(1));
    const mine = follow('WebSocket', service.url, { jobs, tail: 1 }, `Bearer ${SANDBOX_KEY}`);
    const too = follow('SSE', service.url, { jobs, tail: 1 }, `Bearer ${SANDBOX_KEY}`);
    await Promise.all([mine.until(isLive), too.until(isLive)]);
    expect(service.federation.tailStatistics()).toMatchObject({ feeds: 1, subscribers: 2 });
    const stranger = follow('WebSocket', service.url, { jobs, tail: 1 }, 'Bearer stolen');
    await stranger.until(({ events, isOver }) => isOver || events.length > 0);
    expect(stranger.lines).toEqual([]);
    expect(isLive(stranger)).toBe(false);
    for (const one of [mine, too, stranger]) one.kill();
  });
});
