import { describe, expect, onTestFinished, test } from 'vitest';
import type { Asker } from '../../src/domain/call.ts';
import { Caller } from '../../src/http/policy/caller.ts';
import { createLimiter } from '../../src/http/policy/limiter.ts';
import { Cancellation } from '../../src/http/request/abort.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { testClock } from './loopback.ts';

const A = { caller: 'a' };
const B = { caller: 'b' };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A source with so many places; its calls begin and end as they are told. Those that wait at the end of the test leave. */
function source(concurrency: number) {
  const clock = testClock();
  const leaving = new Cancellation();
  const limiter = createLimiter('sap', { ...DEFAULT_LIMITS, concurrency }, clock);
  const running: { readonly asker: Asker; readonly end: () => void }[] = [];
  async function run(asker: Asker, priority: 'interactive' | 'poll'): Promise<void> {
    const end = await limiter.acquire(new Caller([{ asker, priority }], leaving));
    running.push({ asker, end });
  }
  const left: Promise<PromiseSettledResult<void>[]>[] = [];
  onTestFinished(async () => {
    leaving.cancel();
    const all = (await Promise.all(left)).flat();
    for (const each of all) if (each.status === 'rejected') expect(each.reason).toBe(leaving.reason);
  });
  return {
    clock,
    limiter,
    /** How many calls of each caller run. */
    running: async () => {
      await turn();
      return [A, B].map((asker) => running.filter((each) => each.asker === asker).length);
    },
    ask: (asker: Asker, count = 1, priority: 'interactive' | 'poll' = 'interactive'): void => {
      left.push(Promise.allSettled(Array.from({ length: count }, () => run(asker, priority))));
    },
    end: async (asker: Asker, count = 1): Promise<void> => {
      await turn();
      for (let n = 0; n < count; n += 1) {
        const at = running.findIndex((each) => each.asker === asker);
        running.splice(at, 1)[0]?.end();
      }
    },
  };
}

describe('the last free place of a source', () => {
  test('is for a caller that holds none, while no call has ended yet', async () => {
    const { ask, running } = source(4);
    ask(A, 20);
    expect(await running()).toEqual([3, 0]);
    ask(B, 2);
    expect(await running()).toEqual([3, 1]);
  });

  test('is for everybody while calls are fast', async () => {
    const { ask, end, running, clock } = source(4);
    ask(A, 20);
    await turn();
    clock.advance(300);
    await end(A);
    expect(await running()).toEqual([4, 0]);
  });

  test('is for a caller that holds none while calls are slow, whichever call frees it', async () => {
    const { ask, end, running, clock } = source(4);
    ask(A, 20);
    await turn();
    clock.advance(5_000);
    await end(A, 3);
    expect(await running()).toEqual([3, 0]);
    ask(B, 2);
    expect(await running()).toEqual([3, 1]);
    await end(B);
    expect(await running()).toEqual([3, 1]);
  });

  test('is not for polls while calls are slow', async () => {
    const { ask, running } = source(4);
    ask(A, 3);
    ask(B, 1, 'poll');
    expect(await running()).toEqual([3, 0]);
    ask(B);
    expect(await running()).toEqual([3, 1]);
  });

  test('is for everybody where there are few', async () => {
    const { ask, running } = source(3);
    ask(A, 20);
    expect(await running()).toEqual([3, 0]);
  });

  test('is for everybody again when slow calls are long ago', async () => {
    const { ask, end, running, clock } = source(4);
    ask(A, 60);
    await turn();
    clock.advance(5_000);
    await end(A, 3);
    for (let n = 0; n < 10; n += 1) await end(A);
    expect(await running()).toEqual([4, 0]);
  });
});
