import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { SandboxLine } from '../../../src/sandbox/types.ts';
import { eventually, follow, isLive } from '../follower.ts';
import type { Line, StreamEvent } from '../follower.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, outOfOrder, polled, TRANSPORTS, untilAllHave } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

/** Lines of some minutes ago, a second apart but for more of one instant than a batch takes, and some of now. */
function past(count: number): SandboxLine[] {
  const old = Array.from({ length: count }, (_, index) => fresh(1, 600_000 - index * 1_000)).flat();
  const { time } = old[10]!;
  return [...old, ...fresh(12).map((line) => ({ ...line, time })), ...fresh(8)];
}

/** Lines that are written in all while followers read the past. */
const MOST_WRITTEN = 400;

function linesOf(event: StreamEvent): { readonly message: string }[] {
  return event.__typename === 'LogBatch' ? event.edges.map(({ node }) => node) : [];
}

describe(point(7), () => {
  describe.each(TRANSPORTS)('over %s', (transport) => {
    test.each(TAILED)('$vendor', async ({ simulate, configuration }) => {
      const service = await stand({
        vendors: { one: simulate() },
        configuration: { one: configuration },
        tail: { batchSize: 5, overlapMilliseconds: 30_000 },
      });
      const { simulation } = service.vendors.one;
      const key = simulation.createJob();
      const jobs = [service.id('one', key)];
      const written = past(30);
      simulation.write(key, written);

      const whole = follow(transport, service.url, { jobs, tail: 1_000 });
      await untilAllHave([whole], written.length);
      const { cursor: oldest } = whole.lines[0]!;
      const watched = follow(transport, service.url, { jobs, after: oldest });
      const received: Line[] = [];
      let after: string | null = oldest;

      let connections = 0;

      /** A connection that is killed at its first, second or third event. The next goes on from there. */
      async function one(): Promise<void> {
        connections += 1;
        const follower = follow(transport, service.url, { jobs, after });
        const least = 1 + (connections % 3);
        await follower.until((it) => it.events.length >= least || isLive(it), `there are ${least} events`);
        follower.kill();
        received.push(...follower.lines);
        after = follower.cursor;
      }

      // What comes: history, live lines, a late one, twins, a burst, and the end.
      for (let times = 0; times < 10; times += 1) await one();
      for (const lines of [() => fresh(2), () => fresh(1, 4_000), () => twins(), () => fresh(17), () => fresh(1)]) {
        const some = lines();
        simulation.write(key, some);
        written.push(...some);
        await one();
        await untilAllHave([watched], written.length - 1);
        await one();
      }
      for (let times = 0; received.length < written.length - 1 && times < 100; times += 1) await one();
      expect(counts(received)).toEqual(counts(written.slice(1)));
      expect(new Set(received.map(({ id }) => id)).size).toBe(written.length - 1);
      expect(outOfOrder(received)).toEqual([]);

      // A subscriber with one long connection that breaks after any of its events gets the rest when it resumes.
      const { events } = watched;
      // (Every second event is this transport's, the others are the other one's.)
      for (let index = TRANSPORTS.indexOf(transport); index < events.length; index += TRANSPORTS.length) {
        const had = events.slice(0, index + 1).flatMap(linesOf);
        const resumed = follow(transport, service.url, { jobs, after: events[index]!.cursor });
        await untilAllHave([resumed], written.length - 1 - had.length);
        expect(counts([...had, ...resumed.lines]), `after event ${index}`).toEqual(counts(written.slice(1)));
        await resumed.leave();
      }
      await polled(service, 2);
      expect(counts(watched.lines)).toEqual(counts(written.slice(1)));
      await leaveAll([whole, watched]);
    });
  });
});

function twins(): SandboxLine[] {
  const [line] = fresh(1);
  return [line!, { ...line! }];
}

describe(point(8), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate, configuration }) => {
    const service = await stand({
      vendors: { one: simulate() },
      configuration: { one: configuration },
      tail: { batchSize: 10 },
    });
    const server = service.vendors.one;
    const { simulation } = server;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const written = past(90);
    simulation.write(key, written);
    const first = follow('SSE', service.url, { jobs, tail: 1_000 });
    await untilAllHave([first], written.length);
    const { cursor } = first.lines[0]!;
    await first.leave();
    await eventually(() => service.federation.tailStatistics().feeds === 0, 'the poller stops');

    // History takes at least as many intervals as 30 s have by default, while lines are written on and on.
    const milliseconds = 'pageSize' in configuration ? 40 : 150;
    const slow = server.inject({ kinds: ['logs'], what: { do: 'delay', milliseconds } });
    const lastAt = Date.now() + 400;
    const followers = [
      ...followBoth(service.url, { jobs, after: cursor }),
      ...followBoth(service.url, { jobs, tail: 1_000 }),
    ];
    const resumed = followers.slice(0, 2);
    for (;;) {
      const lines = fresh(1);
      simulation.write(key, lines);
      written.push(...lines);
      await pause(15);
      // On a slow machine a source could give lines more slowly than they are written, and the followers would never have them all.
      const isBehind = written.length < MOST_WRITTEN && resumed.some(({ lines }) => lines.length < 40);
      if (!isBehind && Date.now() >= lastAt) break;
    }
    slow();
    await untilAllHave(resumed, written.length - 1);
    await untilAllHave(followers.slice(2), written.length);
    await polled(service, 3);
    for (const [index, { lines }] of followers.entries()) {
      const expected = index < 2 ? written.slice(1) : written;
      expect(counts(lines)).toEqual(counts(expected));
      expect(new Set(lines.map(({ id }) => id)).size).toBe(expected.length);
      expect(outOfOrder(lines)).toEqual([]);
    }
    await leaveAll(followers);
  });
});
