import { describe, expect, test } from 'vitest';
import type { SandboxLine, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { fresh, now, TAILED, texts } from '../vendors.ts';
import { counts, followBoth, leaveAll, outOfOrder, polled, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

/** Polls that look back as far as they do by default. */
const tail = { overlapMilliseconds: 30_000 };

describe(point(3), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate, configuration }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration }, tail });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const followers = followBoth(service.url, { jobs: [service.id('one', key)] });
    await untilAllLive(followers);
    const [punctual, late, later] = [fresh(2), fresh(2, 5_000), fresh(1, 5_000)];
    simulation.write(key, punctual);
    await untilAllHave(followers, 2);
    await polled(service, 2);
    simulation.write(key, late);
    await untilAllHave(followers, 4);
    await polled(service, 4);
    simulation.write(key, later);
    await untilAllHave(followers, 5);
    await polled(service, 4);
    for (const { lines } of followers) {
      expect(counts(lines)).toEqual(counts([...punctual, ...late, ...later]));
      expect(new Set(lines.map(({ id }) => id)).size).toBe(5);
      const marked = lines.filter((line) => line.late);
      expect(counts(marked)).toEqual(counts([...late, ...later]));
    }
    await leaveAll(followers);
  });
});

describe(`${point(3)} (behind a line from the future)`, () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate, configuration }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration }, tail });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const followers = followBoth(service.url, { jobs });
    await untilAllLive(followers);
    const written = fresh(1, -3_600_000);
    simulation.write(key, written);
    await untilAllHave(followers, 1);
    const cursors = [followers[0]!.cursor!];
    for (const age of [0, 0, 5_000]) {
      await polled(service, 2);
      const lines = fresh(2, age);
      simulation.write(key, lines);
      written.push(...lines);
      await untilAllHave(followers, written.length);
      cursors.push(followers[0]!.cursor!);
    }
    await polled(service, 3);
    for (const { lines } of followers) {
      expect(counts(lines)).toEqual(counts(written));
      expect(lines.map(({ late }) => late)).toEqual([false, true, true, true, true, true, true]);
    }
    for (const [index, after] of cursors.entries()) {
      const resumed = followBoth(service.url, { jobs, after });
      await untilAllHave(resumed, written.length - 1 - 2 * index);
      await polled(service, 2);
      for (const { lines } of resumed) expect(counts(lines)).toEqual(counts(written.slice(1 + 2 * index)));
      await leaveAll(resumed);
    }
    await leaveAll(followers);
  });
});

/** The vendor, with lines that are written between two of its pages: after an answer that gives some of its log. */
function disturbed(simulation: SimulatedVendor, disturb: () => void): SimulatedVendor {
  return {
    ...simulation,
    async handle(request) {
      const reply = await simulation.handle(request);
      if (simulation.classify(request) === 'logs') disturb();
      return reply;
    },
  };
}

describe(point(4), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate, configuration }) => {
    const inner = simulate();
    const inserted: SandboxLine[] = [];
    let left = 0;
    const simulation = disturbed(inner, () => {
      if (left === 0) return;
      left -= 1;
      // Somewhere among the lines that a poll reads again: all that follow stand one place further from then on.
      const age = 3_000 + ((inserted.length * 7_919) % 22_000);
      const lines = fresh(1).map((line) => ({ ...line, time: began - BigInt(age) * 1_000_000n }));
      inserted.push(...lines);
      inner.write(key, lines);
    });
    const began = now();
    const service = await stand({ vendors: { one: simulation }, configuration: { one: configuration }, tail });
    const key = inner.createJob();
    const past = Array.from({ length: 30 }, (_, index) => fresh(1, 29 * 800 - index * 800)).flat();
    inner.write(key, past);
    const followers = followBoth(service.url, { jobs: [service.id('one', key)], tail: 1_000 });
    await untilAllHave(followers, past.length);
    await untilAllLive(followers);
    left = 40;
    await untilAllHave(followers, past.length + 40);
    const last = fresh(1);
    inner.write(key, last);
    await untilAllHave(followers, past.length + 41);
    await polled(service, 4);
    const written = [...past, ...inserted, ...last];
    for (const { lines } of followers) {
      expect(counts(lines)).toEqual(counts(written));
      expect(new Set(lines.map(({ id }) => id)).size).toBe(written.length);
      const late = new Set(texts(lines.filter((line) => line.late)));
      expect(texts(inserted).filter((text) => !late.has(text))).toEqual([]);
      expect(outOfOrder(lines)).toEqual([]);
    }
    await leaveAll(followers);
  });
});
