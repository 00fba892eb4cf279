import { describe, expect, test } from 'vitest';
import type { SandboxLine } from '../../../src/sandbox/types.ts';
import { follow, isLive } from '../follower.ts';
import type { Follower, Line, Variables } from '../follower.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, leaveAll, outOfOrder, polled, TRANSPORTS, untilAllHave } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

const NAMES = TAILED.map(({ vendor }) => vendor);

/** A job of every vendor, with lines of some minutes ago and of now. */
async function five() {
  const service = await stand({
    vendors: Object.fromEntries(TAILED.map(({ vendor, simulate }) => [vendor, simulate()])),
    configuration: Object.fromEntries(TAILED.map(({ vendor, configuration }) => [vendor, configuration])),
    // With a window, so that connections break also while lines are held back in it.
    tail: { batchSize: 12, overlapMilliseconds: 30_000, reorderMilliseconds: 60 },
  });
  const keys = new Map(NAMES.map((name) => [name, service.vendors[name]!.simulation.createJob()]));
  const written: SandboxLine[] = [];
  const write = (name: string, lines: readonly SandboxLine[]): void => {
    service.vendors[name]!.simulation.write(keys.get(name)!, lines);
    written.push(...lines);
  };
  for (const [index, name] of NAMES.entries()) {
    for (let line = 0; line < 12; line += 1) write(name, fresh(1, 600_000 - line * 5_000 - index * 1_000));
    write(name, fresh(8));
  }
  return { service, written, write, jobs: NAMES.map((name) => service.id(name, keys.get(name)!)) };
}

describe(`${point(7)} (jobs of all vendors in one tail)`, () => {
  describe.each(TRANSPORTS)('over %s', (transport) => {
    test.each([
      ['all lines', {}, () => true],
      ['those that pass a filter', { filter: { contains: '7' } }, (text: string) => text.includes('7')],
    ] as const)('%s', async (_, filter, passes) => {
      const { service, jobs, written, write } = await five();
      const wanted = (): SandboxLine[] => written.filter(({ message }) => passes(message));
      const received: Line[] = [];
      let from: Variables = { jobs, tail: 1_000, ...filter };
      const steady: Follower[] = [];
      let connections = 0;

      /** A connection that is killed at its first, second or third event. The next goes on from there. */
      async function one(): Promise<void> {
        connections += 1;
        const least = 1 + (connections % 3);
        const follower = follow(transport, service.url, from);
        await follower.until((it) => it.events.length >= least || isLive(it), `there are ${least} events`);
        follower.kill();
        received.push(...follower.lines);
        from = { jobs, after: follower.cursor, ...filter };
      }

      for (let round = 0; round < 18; round += 1) {
        const name = NAMES[round % NAMES.length]!;
        // Now and then several at once, late ones, and twins.
        write(name, fresh(1 + (round % 4), round % 6 === 5 ? 3_000 : 0));
        if (round % 7 === 3) write(name, [{ ...written.at(-1)! }]);
        await one();
        // From then on, the feeds are live when a subscriber resumes.
        if (round === 10) steady.push(follow(transport, service.url, { jobs, tail: 1_000, ...filter }));
      }
      const last = follow(transport, service.url, from);
      const missing = wanted().length - received.length;
      await untilAllHave([last], missing);
      await polled(service, 5);
      received.push(...last.lines);
      expect(counts(received)).toEqual(counts(wanted()));
      expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
      expect(outOfOrder(received)).toEqual([]);
      await untilAllHave(steady, received.length);
      for (const { lines } of steady) expect(counts(lines)).toEqual(counts(wanted()));
      await leaveAll([last, ...steady]);
    });
  });
});
