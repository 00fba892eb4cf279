import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { SandboxLine } from '../../../src/sandbox/types.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, outOfOrder, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { openStand } from './swift-stand.ts';

/** Each vendor once as the busy source, beside a source with a line now and then, and a silent one. */
const TRIOS = TAILED.map((busy, index) => ({
  busy,
  slow: TAILED[(index + 1) % TAILED.length]!,
  silent: TAILED[(index + 2) % TAILED.length]!,
}));

type Trio = (typeof TRIOS)[number];

async function scene({ busy, slow, silent }: Trio) {
  const service = await openStand({
    vendors: { busy: busy.simulate(), slow: slow.simulate(), silent: silent.simulate() },
    // Long enough for a clock of whole seconds, and a busy machine.
    tail: { reorderMilliseconds: 4_000, intervalMilliseconds: 100, maxIntervalMilliseconds: 200, batchSize: 100 },
  });
  const { vendors } = service;
  const keys = { busy: vendors.busy.simulation.createJob(), slow: vendors.slow.simulation.createJob() };
  const written: SandboxLine[] = [];
  return {
    service,
    written,
    jobs: [
      service.id('busy', keys.busy),
      service.id('slow', keys.slow),
      service.id('silent', vendors.silent.simulation.createJob()),
    ],
    write: (who: keyof typeof keys, lines: readonly SandboxLine[]): void => {
      vendors[who].simulation.write(keys[who], lines);
      written.push(...lines);
    },
  };
}

describe.concurrent(point(15), () => {
  test.each(TRIOS)('live: $busy.vendor is busy, $slow.vendor slow, $silent.vendor silent', async (trio) => {
    const { service, jobs, written, write } = await scene(trio);
    const followers = followBoth(service.url, { jobs });
    await untilAllLive(followers);
    for (let round = 0; round < 40; round += 1) {
      write('busy', fresh(10));
      if (round % 10 === 5) write('slow', fresh(1));
      await pause(15);
    }
    await untilAllHave(followers, written.length);
    for (const { lines } of followers) {
      expect(counts(lines)).toEqual(counts(written));
      expect(outOfOrder(lines)).toEqual([]);
      // Each had as long as the window is to be put in order.
      expect(lines.filter(({ late }) => late)).toEqual([]);
    }
    await leaveAll(followers);
    await service.close();
  });

  test.each(TRIOS)('history: $busy.vendor is busy, $slow.vendor slow, $silent.vendor silent', async (trio) => {
    const { service, jobs, written, write } = await scene(trio);
    for (let second = 0; second < 400; second += 1) {
      write('busy', fresh(1, 600_000 - second * 1_000));
      if (second % 100 === 50) write('slow', fresh(1, 600_000 - second * 1_000 - 500));
    }
    write('busy', fresh(100, 2_000));
    const whole = followBoth(service.url, { jobs, tail: 1_000 });
    await untilAllHave(whole, written.length);
    const after = whole[0]!.lines[0]!.cursor;
    await leaveAll(whole);
    const resumed = followBoth(service.url, { jobs, after });
    await untilAllHave(resumed, written.length - 1);
    for (const [index, { lines }] of [...whole, ...resumed].entries()) {
      expect(counts(lines)).toEqual(counts(index < 2 ? written : written.slice(1)));
      expect(outOfOrder(lines)).toEqual([]);
      expect(lines.filter(({ late }) => late)).toEqual([]);
    }
    await leaveAll(resumed);
    await service.close();
  });
});
