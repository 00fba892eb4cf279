import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { LogScope } from '../../../src/domain/log-entry.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import type { SapRunEvent } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

async function read(
  connector: Connector,
  scope: LogScope,
  filter: LogFilter = {},
  call: Call = createCall(),
): Promise<LogEntry[]> {
  const { partitions } = await connector.logs(scope, filter, call);
  const lists = await Promise.all(partitions.map((partition) => readRows(partition, { call })));
  return lists.flat().map(({ row }) => row);
}

function texts(entries: readonly LogEntry[]): string[] {
  return entries.map(({ message }) => message);
}

/** Two schedules, three runs each. */
function twoSchedules(): { key: string; a: string; b: string; runs: string[] } {
  const key = harness.simulation.addJob({}, [{ description: 'a' }, { description: 'b' }]);
  const runs = ['a', 'b'].flatMap((name) =>
    [1n, 2n, 3n].map((number) =>
      harness.simulation.addRun(key, done(START + number * SECOND, `${name}${number}`), name),
    ),
  );
  const { a = '', b = '' } = harness.simulation.schedules(key);
  return { key, a, b, runs };
}

function events(...list: readonly (readonly [bigint, string, string])[]): readonly SapRunEvent[] {
  return list.map(([time, type, text]) => ({ time, type, text }));
}

describe('the log of a job', () => {
  test('has a partition for each schedule, named by it, for one call each and one for the schedules', async () => {
    const { key, a, b } = twoSchedules();
    const connector = harness.connect();
    const call = createCall();
    const filter = { minSeverity: 'WARN' } as const;
    const { partitions, ...rest } = await connector.logs({ job: key }, filter, call);
    expect(partitions.map((partition) => partition.key)).toEqual([a, b]);
    expect(residualOf(filter, rest)).toEqual(filter);
    const lists = await Promise.all(partitions.map((partition) => readRows(partition, { call })));
    expect(lists.map((list) => list.map(({ row }) => row.message))).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3'],
    ]);
    expect(harness.asked().sort()).toEqual(
      [
        `/${key}/schedules/${a}/runs?page_size=200`,
        `/${key}/schedules/${b}/runs?page_size=200`,
        // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
        `/${key}/schedules/${a}/runs?page_size=1`,
        `/${key}?displaySchedules=true`,
      ].sort(),
    );
  });

  test('of one schedule costs one call', async () => {
    const { key, b } = twoSchedules();
    const connector = harness.connect();
    expect(texts(await read(connector, { job: key, step: b }))).toEqual(['b1', 'b2', 'b3']);
    expect(texts(await read(connector, { job: key }, { stepIn: [b] }))).toEqual(['b1', 'b2', 'b3']);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toHaveLength(3);
    expect(await read(connector, { job: key, step: b }, { stepIn: ['other'] })).toEqual([]);
    expect(await read(connector, { job: key }, { taskIn: ['t'] })).toEqual([]);
    expect(harness.asked()).toEqual([]);
  });

  test('filtered by many schedules asks only for those that are there', async () => {
    const { key, a } = twoSchedules();
    const stepIn = [a, ...Array.from({ length: 20 }, (_, index) => `gone ${index}`)];
    expect(texts(await read(harness.connect(), { job: key }, { stepIn }))).toEqual(['a1', 'a2', 'a3']);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toHaveLength(3);
  });

  test('keeps schedule ids of clients inside their place in the path', async () => {
    const { key } = twoSchedules();
    const partition = only(
      (await harness.connect().logs({ job: key, step: '../../2?x=1#' }, {}, createCall())).partitions,
    );
    await expect(readRows(partition)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(harness.asked()[0]).toBe(`/${key}/schedules/..%2F..%2F2%3Fx%3D1%23/runs?page_size=200`);
  });

  test('sees a schedule that was added while a poller watches', async () => {
    const { key } = twoSchedules();
    const connector = harness.connect();
    const poll = () => connector.logs({ job: key }, {}, createCall({ priority: 'poll' }));
    expect((await poll()).partitions).toHaveLength(2);
    harness.simulation.createSchedule(key, { description: 'c' });
    expect((await poll()).partitions).toHaveLength(3);
  });
});

describe('the log of an attempt', () => {
  test('is looked for in each schedule and keeps the ids that its entries have in the whole log', async () => {
    const { key, b, runs } = twoSchedules();
    const connector = harness.connect();
    const whole = await read(connector, { job: key });
    const { partitions } = await connector.logs({ job: key, attempt: runs[4]! }, {}, createCall());
    expect(partitions.map((partition) => partition.key)).toEqual([b]);
    harness.asked();
    const entries = await read(connector, { job: key, attempt: runs[4]! });
    expect(entries).toEqual(whole.filter(({ attemptKey }) => attemptKey === runs[4]));
    expect(texts(entries)).toEqual(['b2']);
    expect(harness.asked().filter((url) => url.endsWith(`/runs/${runs[4]!}`))).toHaveLength(2);
  });

  test('costs one call where the schedule is known', async () => {
    const { key, b, runs } = twoSchedules();
    expect(texts(await read(harness.connect(), { job: key, attempt: runs[3]!, step: b }))).toEqual(['b1']);
    expect(harness.asked()).toEqual([`/${key}/schedules/${b}/runs/${runs[3]!}`]);
  });

  test('costs none where the attempt was just listed or asked for', async () => {
    const { key, runs } = twoSchedules();
    const connector = harness.connect();
    const call = createCall();
    for (const partition of await connector.parts.Attempt!.list(key, call)) await readRows(partition, { call });
    harness.asked();
    for (const run of runs) expect(await read(connector, { job: key, attempt: run }, {}, call)).toHaveLength(1);
    expect((await connector.parts.Attempt!.find(key, runs[0]!, call))?.status).toBe('SUCCEEDED');
    expect(harness.asked()).toEqual([]);
  });

  test('that is not there is NOT_FOUND, also in a schedule that is', async () => {
    const { key, b, runs } = twoSchedules();
    const connector = harness.connect();
    for (const scope of [{ attempt: 'none' }, { attempt: 'none', step: b }, { attempt: runs[0]!, step: b }])
      await expect(read(connector, { job: key, ...scope })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is fresh each time a poller looks', async () => {
    const key = harness.simulation.createJob();
    const start = { state: 'TRIGGERED', scheduled: START, executed: START };
    const runId = harness.simulation.addRun(key, start);
    const connector = harness.connect();
    const poll = () => read(connector, { job: key, attempt: runId }, {}, createCall({ priority: 'poll' }));
    expect(await poll()).toEqual([]);
    harness.simulation.updateRun(key, runId, done(START, 'posted'));
    expect(texts(await poll())).toEqual(['posted']);
  });

  test('can be one of several', async () => {
    const { key, runs } = twoSchedules();
    const connector = harness.connect();
    const attemptIn = [runs[0]!, runs[5]!, 'none'];
    expect(texts(await read(connector, { job: key }, { attemptIn })).sort()).toEqual(['a1', 'b3']);
    const many = Array.from({ length: 30 }, () => crypto.randomUUID());
    const filter = { attemptIn: many };
    expect(residualOf(filter, await connector.logs({ job: key }, filter, createCall()))).toEqual(filter);
  });
});

describe('runs with events', () => {
  test('are merged with the runs beside them in time order, within the span', async () => {
    const key = harness.simulation.createJob();
    const { simulation } = harness;
    simulation.addRun(key, {
      state: 'SUCCESS',
      scheduled: START,
      executed: START,
      completed: START + 30n * SECOND,
      events: events(
        [START, 'TRIGGERED', ''],
        [START + 1n * SECOND, 'ACK_RECVD', 'accepted'],
        [START + 30n * SECOND, 'SUCCESS', 'posted'],
      ),
    });
    simulation.addRun(key, done(START + 10n * SECOND, 'between'));
    simulation.addRun(key, { ...done(START + 5n * SECOND, 'slow'), completed: START + 20n * SECOND });
    const partition = only((await harness.connect().logs({ job: key }, {}, createCall())).partitions);
    const forward = (await readRows(partition)).map(({ row }) => row.message);
    expect(forward).toEqual(['TRIGGERED', 'accepted', 'between', 'slow', 'posted']);
    const backward = (await readRows(partition, { direction: 'backward' })).map(({ row }) => row.message);
    expect(backward).toEqual(forward.reverse());
    expect(await partition.count(createCall())).toBe(5);
  });

  test('that take long have their places among the runs on the same page, which costs no call', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.addRun(key, { ...done(START, 'overnight'), completed: START + 3_600n * SECOND });
    harness.simulation.addRun(key, done(START + 120n * SECOND, 'later'));
    const connector = harness.connect();
    const partition = only((await connector.logs({ job: key }, {}, createCall())).partitions);
    harness.asked();
    expect((await readRows(partition)).map(({ row }) => row.message)).toEqual(['later', 'overnight']);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toHaveLength(2);
  });

  test('beyond the span and the runs beside them stand where these end, and still say their own time', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.addRun(key, { ...done(START, 'overnight'), completed: START + 3_600n * SECOND });
    for (const late of [300n, 310n, 320n]) harness.simulation.addRun(key, done(START + late * SECOND, `at ${late}`));
    const narrow = harness.connect({ pageSize: 10, spanSeconds: 60 });
    const partition = only((await narrow.logs({ job: key }, {}, createCall())).partitions);
    const forward = await readRows(partition);
    const places = Object.fromEntries(forward.map(({ row }) => [row.message, (row.time - START) / SECOND]));
    // Ten runs a page: two neighbours. The line has the place of the second.
    expect(places).toEqual({ 'at 300': 300n, 'at 310': 310n, overnight: 310n, 'at 320': 320n });
    expect(forward.find(({ row }) => row.message === 'overnight')?.row.timestamp).toBe('2026-05-04T03:00:00Z');
    const backward = await readRows(partition, { direction: 'backward' });
    expect(backward.map(({ row }) => row.message)).toEqual(forward.map(({ row }) => row.message).reverse());
    const wide = harness.connect({ pageSize: 10, spanSeconds: 7_200 });
    const exact = only((await wide.logs({ job: key }, {}, createCall())).partitions);
    expect((await readRows(exact)).at(-1)?.row.message).toBe('overnight');
  });

  test('keep the places of their lines from the invocation on until they are over', async () => {
    const key = harness.simulation.createJob();
    const connector = harness.connect();
    const scheduled = START - 3_600n * SECOND;
    const opening = events([scheduled, 'SCHEDULED', ''], [START, 'TRIGGERED', '']);
    const runId = harness.simulation.addRun(key, { state: 'SCHEDULED', scheduled, events: opening.slice(0, 1) });
    expect(await read(connector, { job: key })).toEqual([]);
    const running = { state: 'ACK_RECVD', scheduled, executed: START, events: opening };
    harness.simulation.updateRun(key, runId, running);
    const before = await read(connector, { job: key });
    const end = events([START + 20n * SECOND, 'ERROR', 'period is closed']);
    harness.simulation.updateRun(key, runId, {
      ...running,
      state: 'ERROR',
      completed: START + 20n * SECOND,
      events: [...opening, ...end],
    });
    const after = await read(connector, { job: key });
    const place = ({ time, tie }: LogEntry): string => `${time} ${tie}`;
    expect(before).toHaveLength(2);
    expect(after.map(place).slice(0, 2)).toEqual(before.map(place));
    expect(after[2]).toMatchObject({ message: 'period is closed', severity: { number: 17 } });
  });

  test('make the number of entries unknown where they do not fit on a page, and that of attempts stays known', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.generate(key, 500, (index) => ({ time: START + BigInt(index) * SECOND, message: 'x' }));
    const connector = harness.connect();
    const logs = only((await connector.logs({ job: key }, {}, createCall())).partitions);
    expect(await logs.count(createCall())).toBe(500);
    harness.simulation.addRun(key, {
      ...done(START + 900n * SECOND, ''),
      events: events([START, 'TRIGGERED', ''], [START + SECOND, 'SUCCESS', '']),
    });
    expect(await logs.count(createCall())).toBeNull();
    expect(await only(await connector.parts.Attempt!.list(key, createCall())).count(createCall())).toBe(501);
  });
});

describe('attempts', () => {
  test('are all runs of a schedule, oldest first, with what became of them', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.addRun(key, done(START, 'a'));
    harness.simulation.addRun(key, done(START + 60n * SECOND, 'b', 'REQUEST_ERROR'));
    harness.simulation.addRun(key, { state: 'ACK_RECVD', scheduled: START, executed: START + 120n * SECOND });
    harness.simulation.addRun(key, { state: 'SCHEDULED', scheduled: START + 180n * SECOND });
    const partition = only(await harness.connect().parts.Attempt!.list(key, createCall()));
    const rows = (await readRows(partition)).map(({ row }) => [row.status, row.nativeStatus, row.startedAt]);
    expect(rows).toEqual([
      ['SUCCEEDED', 'SUCCESS', '2026-05-04T02:00:00Z'],
      ['FAILED', 'REQUEST_ERROR', '2026-05-04T02:01:00Z'],
      ['RUNNING', 'ACK_RECVD', '2026-05-04T02:02:00Z'],
      ['QUEUED', 'SCHEDULED', null],
    ]);
    expect(partition.key).toBe(Object.values(harness.simulation.schedules(key))[0]);
  });

  test('page natively: the newest of a million cost one call', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.generate(key, 1_000_000, (index) => ({ time: START + BigInt(index) * SECOND, message: 'x' }));
    const connector = harness.connect();
    const call = createCall();
    const partition = only(await connector.parts.Attempt!.list(key, call));
    expect(await readRows(partition, { direction: 'backward', take: 20, call })).toHaveLength(20);
    expect(harness.asked()).toHaveLength(2);
  });
});
