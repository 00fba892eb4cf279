import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { LogArguments } from '../../../src/federation/api.ts';
import type { SapDialect, SapRunInput } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { done, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const at = (seconds: number): bigint => START + BigInt(seconds) * SECOND;
const running = (seconds: number): SapRunInput => ({
  state: 'TRIGGERED',
  scheduled: at(seconds),
  executed: at(seconds),
});

/** Pages of the log of a job with two schedules, which are merged. */
function pagesOf(harness: Harness, job: string) {
  return async (args: LogArguments): Promise<{ texts: string[]; start: string; end: string }> => {
    const federation = createFederation([{ name: 'erp', connector: harness.connect({ pageSize: 20 }) }]);
    const connection = federation.logs([{ source: 'erp', scope: { job } }], args, createCall());
    const edges = await connection.edges();
    expect(await connection.failures()).toEqual([]);
    const texts = edges.map(({ node }) => node.message);
    return { texts, start: edges.at(0)!.cursor, end: edges.at(-1)!.cursor };
  };
}

function createJob({ simulation }: Harness): string {
  return simulation.addJob({ name: 'nightly' }, [{ description: 'a' }, { description: 'b' }]);
}

describe.each<SapDialect>(['current', 'legacy'])(
  'a reader of the %s dialect that turns round among schedules',
  (dialect) => {
    test('finds the line of a run that had not ended when it came by', async () => {
      const harness = await startHarness({ auth: 'basic', dialect });
      try {
        const { simulation } = harness;
        const job = createJob(harness);
        simulation.addRun(job, { ...done(at(10), 'a20'), completed: at(20) }, 'a');
        simulation.addRun(job, done(at(5), 'b5'), 'b');
        const late = simulation.addRun(job, running(15), 'b');
        simulation.addRun(job, done(at(30), 'b30'), 'b');
        const read = pagesOf(harness, job);
        const page = await read({ first: 2 });
        expect(page.texts).toEqual(['b5', 'a20']);
        // What schedule b gave last is b5, and the next run that it saw began before a20.
        simulation.updateRun(job, late, { ...done(at(15), 'b17'), completed: at(17) });
        expect((await read({ last: 5, before: page.end })).texts).toEqual(['b5', 'b17']);
        expect((await read({ first: 5, after: page.start })).texts).toEqual(['b17', 'a20', 'b30']);
      } finally {
        await harness.close();
      }
    });

    test('needs few calls for it, however deep it is', async () => {
      const harness = await startHarness({ auth: 'basic', dialect });
      try {
        const job = createJob(harness);
        for (let index = 0; index < 400; index += 1) {
          // A run of either schedule ends when the next one of the other has begun.
          const run = { ...done(at(index * 10), `line ${index}`), completed: at(index * 10 + 15) };
          harness.simulation.addRun(job, run, index % 2 === 0 ? 'a' : 'b');
        }
        const read = pagesOf(harness, job);
        const there = await read({ first: 200 });
        harness.asked();
        const back = await read({ last: 3, before: there.end });
        expect(back.texts).toEqual(['line 196', 'line 197', 'line 198']);
        // Where runs overlap, the place is looked for from the last known one on: one page more, not a search.
        expect(harness.asked().filter((url) => url.includes('/runs')).length).toBeLessThanOrEqual(6);
      } finally {
        await harness.close();
      }
    });
  },
);
