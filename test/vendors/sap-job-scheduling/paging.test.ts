import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { SapOptions } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { PagingFacts } from '../../../src/vendors/sap-job-scheduling/runs/paging-facts.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

/** A job whose first schedule has that many runs, one per ten minutes. */
async function start(count: number, options: SapOptions = {}): Promise<string> {
  harness = await startHarness(options);
  const key = harness.simulation.createJob();
  harness.simulation.generate(key, count, (index) => ({
    time: START + BigInt(index) * 600n * SECOND,
    message: `run ${index}`,
  }));
  return key;
}

async function messages(
  key: string,
  take: number,
  direction: 'forward' | 'backward' = 'forward',
  connector = harness.connect(),
): Promise<string[]> {
  const call = createCall();
  const { partitions } = await connector.logs({ job: key }, {}, call);
  return (await readRows(only(partitions), { direction, take, call })).map(({ row }) => row.message);
}

/** The queries of the calls for runs. */
function queries(): string[] {
  return harness
    .asked()
    .filter((url) => url.includes('/runs'))
    .map((url) => url.replace(/^.*\/runs\??/, '').replace(/=[0-9a-f-]{32,36}$/i, '=<id>'));
}

describe.each(['legacy', 'current'] as const)('the %s dialect', (dialect) => {
  test('shows the newest runs with one call, and the oldest with two', async () => {
    const key = await start(1_000, { dialect });
    expect(await messages(key, 3, 'backward')).toEqual(['run 999', 'run 998', 'run 997']);
    expect(queries()).toEqual(['page_size=200']);
    expect(await messages(key, 3)).toEqual(['run 0', 'run 1', 'run 2']);
    // Two runs short of a full page: only the last page is shorter than others, however offsets are counted.
    expect(queries()).toEqual(['page_size=200', 'page_size=200&offset=802']);
  });

  test('gives every run once, either way', async () => {
    const key = await start(1_000, { dialect });
    const whole = Array.from({ length: 1_000 }, (_, index) => `run ${index}`);
    expect(await messages(key, Infinity)).toEqual(whole);
    expect(await messages(key, Infinity, 'backward')).toEqual(whole.reverse());
  });

  test('never asks for runs without a page size, which would cut the list in silence', async () => {
    const key = await start(450, { dialect });
    await messages(key, Infinity);
    expect(queries().filter((query) => !query.startsWith('page_size=200'))).toEqual([]);
  });

  test('costs no more at a depth of a million', async () => {
    const key = await start(1_000_000, { dialect });
    const connector = harness.connect();
    expect(await messages(key, 20, 'forward', connector)).toHaveLength(20);
    const call = createCall();
    const [partition] = (await connector.logs({ job: key }, {}, call)).partitions;
    const near = await readRows(partition!, { take: 20, call });
    const { row, hint } = near[19]!;
    harness.asked();
    const next = await readRows(partition!, { from: row, hint, take: 20, call });
    expect(next.map(({ row: { message } }) => message)).toEqual(
      Array.from({ length: 20 }, (_, index) => `run ${index + 20}`),
    );
    expect(queries().length).toBeLessThanOrEqual(3);
  });
});

describe('an instance without cursors', () => {
  test('is asked for them once, and told by what it answers', async () => {
    const key = await start(1_000, { dialect: 'legacy' });
    const first = harness.connect();
    const call = createCall();
    const seen = await readRows(only((await first.logs({ job: key }, {}, call)).partitions), {
      direction: 'backward',
      take: 300,
    });
    const { row, hint } = seen[249]!;
    harness.asked();
    // Another process, which knows nothing: the run id is ignored, and what comes is the first page.
    const partition = only((await harness.connect().logs({ job: key }, {}, call)).partitions);
    const on = await readRows(partition, { direction: 'backward', from: row, hint, take: 3 });
    expect(on.map(({ row: { message } }) => message)).toEqual(['run 749', 'run 748', 'run 747']);
    const asked = queries();
    expect([asked[0], asked.length]).toEqual(['page_size=200&next=<id>', 2]);
    await readRows(partition, { direction: 'backward', from: row, hint, take: 3 });
    expect(queries()).toEqual(asked.slice(1));
  });
});

describe('an instance that is neither', () => {
  test.each([
    ['from 0 without cursors', { dialect: 'legacy', firstOffset: 0 }],
    ['from 1 with cursors', { dialect: 'current', firstOffset: 1 }],
    ['from 1 without cursors', { dialect: 'legacy', firstOffset: 1 }],
  ] as const)('may count %s, which costs no call and no run', async (_, options) => {
    const key = await start(1_000, options);
    const connector = harness.connect();
    expect(await messages(key, 2, 'forward', connector)).toEqual(['run 0', 'run 1']);
    expect(queries()).toEqual(['page_size=200', 'page_size=200&offset=802']);
    const whole = Array.from({ length: 1_000 }, (_unused, index) => `run ${index}`);
    expect(await messages(key, Infinity, 'forward', connector)).toEqual(whole);
    expect(await messages(key, Infinity, 'backward', connector)).toEqual(whole.reverse());
  });

  test.each(['legacy', 'current'] as const)('may sort oldest first in the %s dialect', async (dialect) => {
    const key = await start(700, { dialect, order: 'oldest-first' });
    const whole = Array.from({ length: 700 }, (_, index) => `run ${index}`);
    expect(await messages(key, Infinity)).toEqual(whole);
    expect(await messages(key, Infinity, 'backward')).toEqual(whole.reverse());
  });
});

describe('an instance that is upgraded while we run', () => {
  test('shows it by its first answer with links', () => {
    const facts = new PagingFacts('auto');
    const run = {} as never;
    facts.learn({ total: 5, results: [run, run] }, 0);
    expect(facts.cursors).toBe(false);
    facts.learnLinks({ total: 5, results: [run, run], next_url: '/x' });
    expect(facts.cursors).toBe(true);
  });

  test('is not looked for where the configuration says what it is', () => {
    const facts = new PagingFacts('legacy');
    facts.learnLinks({ total: 5, results: [], next_url: '/x' });
    expect(facts.cursors).toBe(false);
  });
});

describe('the dialect option', () => {
  test.each(['legacy', 'current'] as const)('%s is taken at its word', async (dialect) => {
    const key = await start(450, { dialect });
    const whole = Array.from({ length: 450 }, (_, index) => `run ${index}`);
    expect(await messages(key, Infinity, 'forward', harness.connect({ dialect }))).toEqual(whole);
    expect(queries().some((query) => query.includes('prev='))).toBe(dialect === 'current');
  });

  test('and the page size are what is asked for', async () => {
    const key = await start(30);
    expect(await messages(key, 12, 'backward', harness.connect({ pageSize: 10 }))).toHaveLength(12);
    expect(queries()).toEqual(['page_size=10', 'page_size=10&next=<id>']);
  });
});

describe('cursors that have gone', () => {
  test.each(['legacy', 'current'] as const)('are found again by time in the %s dialect', async (dialect) => {
    const key = await start(2_000, { dialect });
    const connector = harness.connect();
    const call = createCall();
    const partition = only((await connector.logs({ job: key }, {}, call)).partitions);
    const newest = await readRows(partition, { direction: 'backward', take: 900, call });
    const { row, hint } = newest[899]!;
    // Retention takes what lies behind the cursor, and the run that the cursor leans on.
    harness.simulation.purgeBefore(row.time + SECOND);
    expect(await readRows(partition, { direction: 'backward', from: row, hint, call: createCall() })).toEqual([]);
    const on = await readRows(partition, { from: row, hint, take: 3, call: createCall() });
    expect(on.map(({ row: { message } }) => message)).toEqual(['run 1101', 'run 1102', 'run 1103']);
  });
});

describe('a schedule that never ran', () => {
  test.each(['empty', 'not-found'] as const)('has no lines, whether the answer is %s', async (emptyRuns) => {
    harness = await startHarness({ emptyRuns });
    const key = harness.simulation.addJob({}, [{ description: 'a' }, { description: 'b' }]);
    harness.simulation.addRun(key, done(START, 'posted'), 'b');
    const connector = harness.connect();
    const call = createCall();
    const { partitions } = await connector.logs({ job: key }, {}, call);
    const rows = await Promise.all(partitions.map((partition) => readRows(partition, { call })));
    expect(rows.map((list) => list.length).sort()).toEqual([0, 1]);
    const step = harness.simulation.schedules(key)['a'] ?? '';
    const scoped = only((await connector.logs({ job: key, step }, {}, createCall())).partitions);
    expect(await readRows(scoped)).toEqual([]);
  });

  test('is distinguished from a schedule that does not exist', async () => {
    harness = await startHarness();
    const key = harness.simulation.createJob();
    const connector = harness.connect();
    for (const scope of [
      { job: key, step: 'none' },
      { job: '99', step: 'none' },
    ]) {
      const partition = only((await connector.logs(scope, {}, createCall())).partitions);
      await expect(readRows(partition)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(connector.logs({ job: '99' }, {}, createCall())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
