import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { SapOptions } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

async function start(count: number, apart: bigint, options: SapOptions = {}): Promise<string> {
  harness = await startHarness(options);
  const key = harness.simulation.createJob();
  harness.simulation.generate(key, count, (index) => ({
    time: START + BigInt(index) * apart,
    message: `run ${index}`,
  }));
  return key;
}

async function messages(
  connector: Connector,
  key: string,
  take: number,
  direction: 'forward' | 'backward',
): Promise<string[]> {
  const call = createCall();
  const { partitions } = await connector.logs({ job: key }, {}, call);
  return (await readRows(only(partitions), { direction, take, call })).map(({ row }) => row.message);
}

/** The queries of the calls for runs. */
function queries(): string[] {
  const asked = harness.asked().filter((url) => url.includes('/runs'));
  return asked.map((url) => url.replace(/^.*\/runs\??/, ''));
}

describe.each(['legacy', 'current'] as const)('a schedule that was read before, in the %s dialect', (dialect) => {
  test('shows its oldest and its newest lines with one call each, of pages as large as the question', async () => {
    const key = await start(3_000, 2n * SECOND, { dialect });
    const connector = harness.connect();
    const oldest = await messages(connector, key, 20, 'forward');
    const newest = await messages(connector, key, 5, 'backward');
    harness.asked();
    expect(await messages(connector, key, 20, 'forward')).toEqual(oldest);
    expect(queries()).toEqual(['page_size=90&offset=2912']);
    expect(await messages(connector, key, 5, 'backward')).toEqual(newest);
    expect(queries()).toEqual(['page_size=120']);
  });

  test('is asked once more where it has grown, and read anew where its oldest runs are gone', async () => {
    const key = await start(1_000, 600n * SECOND, { dialect });
    const connector = harness.connect();
    await messages(connector, key, 20, 'forward');
    for (let index = 0; index < 10; index += 1)
      harness.simulation.addRun(key, done(START + BigInt(1_000 + index) * 600n * SECOND, `new ${index}`));
    harness.asked();
    expect(await messages(connector, key, 3, 'forward')).toEqual(['run 0', 'run 1', 'run 2']);
    expect(queries()).toEqual(['page_size=60&offset=942', 'page_size=60&offset=952']);
    harness.simulation.purgeBefore(START + 500n * 600n * SECOND);
    expect(await messages(connector, key, 3, 'forward')).toEqual(['run 500', 'run 501', 'run 502']);
  });
});

test.each([
  { grows: 124, change: 'shrunk' },
  { grows: 156, change: 'grown' },
])(
  'the oldest line of a schedule that has $change costs three calls where its oldest runs are gone',
  async ({ grows }) => {
    const key = await start(216, SECOND, { dialect: 'legacy' });
    const connector = harness.connect();
    await messages(connector, key, 1, 'forward');
    for (let index = 216; index < 216 + grows; index += 1) {
      harness.simulation.addRun(key, done(START + BigInt(index) * SECOND, `run ${index}`));
    }
    harness.simulation.purgeBefore(START + 140n * SECOND);
    harness.asked();
    expect(await messages(connector, key, 1, 'forward')).toEqual(['run 140']);
    expect(queries()).toHaveLength(3);
    expect(await messages(connector, key, 1, 'forward')).toEqual(['run 140']);
    expect(queries()).toHaveLength(1);
  },
);

test('the first and last lines of a schedule are those that a new connector shows, whatever was remembered of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 150, max: 700 }),
      fc.constantFrom(1n, 2n, 3n, 60n),
      fc.array(
        fc.record({
          grows: fc.integer({ min: 0, max: 130 }),
          purges: fc.constantFrom(0, 0, 1, 20, 140),
          take: fc.integer({ min: 1, max: 60 }),
          direction: fc.constantFrom('forward' as const, 'backward' as const),
        }),
        { minLength: 2, maxLength: 5 },
      ),
      fc.constantFrom('legacy' as const, 'current' as const),
      async (count, apart, steps, dialect) => {
        const key = await start(count, apart * SECOND, { dialect });
        let [first, last] = [0, count];
        try {
          const connector = harness.connect();
          for (const { grows, purges, take, direction } of steps) {
            for (let index = 0; index < grows; index += 1, last += 1)
              harness.simulation.addRun(key, done(START + BigInt(last) * apart * SECOND, `run ${last}`));
            first += purges;
            harness.simulation.purgeBefore(START + BigInt(first) * apart * SECOND);
            harness.asked();
            const shown = await messages(connector, key, take, direction);
            expect(queries().length).toBeLessThanOrEqual(5);
            expect(shown).toEqual(await messages(harness.connect(), key, take, direction));
          }
        } finally {
          await harness.close();
        }
      },
    ),
    { numRuns: 8 },
  );
  await start(1, SECOND);
});
