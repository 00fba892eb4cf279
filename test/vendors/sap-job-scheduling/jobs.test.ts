import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { overloaded, tooManyRequests } from './limits.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { listJobs } from '../list-jobs.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

describe('the list of jobs', () => {
  test('is paged by a hundred with page size and offset each time', async () => {
    for (let index = 0; index < 230; index += 1) harness.simulation.createJob({ name: `job ${index}` });
    const connector = harness.connect();
    const pages = await Promise.all([0, 1, 2, 3].map((page) => listJobs(connector, page, {}, createCall())));
    expect(pages.map(({ jobs, more, total, filtered }) => [jobs.length, more, total, filtered])).toEqual([
      [100, true, 230, true],
      [100, true, 230, true],
      [30, false, 230, true],
      [0, false, 230, true],
    ]);
    expect(new Set(pages.flatMap(({ jobs }) => jobs.map(({ key }) => key))).size).toBe(230);
    expect(harness.asked().sort()).toEqual([
      '?page_size=100',
      '?page_size=100&offset=100',
      '?page_size=100&offset=200',
      '?page_size=100&offset=300',
    ]);
  });

  test.each([null, 0, 40])('goes on behind a full page that counts %s jobs', async (total) => {
    const results = Array.from({ length: 100 }, (_, index) => ({ _id: index + 1 }));
    const body = JSON.stringify({ total, results });
    harness.server.inject({ what: { do: 'status', status: 200, body, headers: {} }, kinds: ['jobs'] });
    // Only another call shows it.
    expect((await listJobs(harness.connect(), 0, {}, createCall())).more).toBeNull();
  });

  test('leaves filters to the caller, since the service may tell case apart', async () => {
    harness.simulation.createJob({ name: 'Nightly' });
    const { filtered, jobs } = await listJobs(harness.connect(), 0, { nameContains: 'night' }, createCall());
    expect([filtered, jobs.length]).toEqual([false, 1]);
  });

  test('is counted by one row', async () => {
    harness.simulation.createJob();
    harness.simulation.createJob();
    expect(await harness.connect().probe(createCall())).toEqual({ jobs: 2 });
    expect(harness.asked()).toEqual(['?page_size=1']);
  });

  test('may be given whole by an instance that does not page', async () => {
    const results = Array.from({ length: 150 }, (_, index) => ({ _id: index + 1, name: `job ${index}` }));
    const body = JSON.stringify({ total: 150, results });
    harness.server.inject({ what: { do: 'status', status: 200, body, headers: {} }, kinds: ['jobs'] });
    const connector = harness.connect();
    const first = await listJobs(connector, 0, {}, createCall());
    const second = await listJobs(connector, 1, {}, createCall());
    expect([first.jobs.length, first.more, second.jobs.length, second.more]).toEqual([100, true, 50, false]);
    expect(second.jobs[0]?.key).toBe('101');
  });
});

describe('jobs by key', () => {
  test('are asked for side by side, and those that are not there are null', async () => {
    const key = harness.simulation.createJob({ name: 'nightly' });
    const jobs = await harness.connect().getJobs([key, '99', 'x', '../1', '01'], createCall());
    expect(jobs.map((job) => (job instanceof Error ? job.message : job?.name))).toEqual([
      'nightly',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(harness.asked().sort()).toEqual(['/1?displaySchedules=true', '/99?displaySchedules=true']);
  });

  test('fail alone', async () => {
    const key = harness.simulation.createJob();
    const connector = harness.connect();
    harness.server.inject({ what: { do: 'status', status: 403 }, times: 1, kinds: ['job'] });
    const [bad, good] = await connector.getJobs(['99', key], createCall());
    // The two are requested at once, so either may be hit.
    const failed = [bad, good].filter((result) => result instanceof Error);
    expect(failed).toMatchObject([{ code: 'SOURCE_FORBIDDEN', source: 'erp' }]);
  });

  test('share one call with their steps, attempts and logs', async () => {
    const key = harness.simulation.createJob();
    const connector = harness.connect();
    const call = createCall();
    const steps = only(await connector.parts.Step!.list(key, call));
    const [job, rows, step, attempts, logs] = await Promise.all([
      connector.getJobs([key], call),
      readRows(steps, { call }),
      connector.parts.Step!.find(key, 'none', call),
      connector.parts.Attempt!.list(key, call),
      connector.logs({ job: key }, {}, call),
    ]);
    expect([job.length, rows.length, step, attempts.length, logs.partitions.length]).toEqual([1, 1, null, 1, 1]);
    expect(harness.asked()).toEqual([`/${key}?displaySchedules=true`]);
  });
});

describe('steps', () => {
  test('are the schedules, oldest first, active or not', async () => {
    const key = harness.simulation.addJob({}, [
      { description: 'weekly', startTime: START + SECOND, active: false },
      { description: 'hourly', startTime: START },
    ]);
    const connector = harness.connect();
    const steps = await readRows(only(await connector.parts.Step!.list(key, createCall())));
    expect(steps.map(({ row }) => [row.name, row.status])).toEqual([
      ['hourly', 'ACTIVE'],
      ['weekly', 'INACTIVE'],
    ]);
    const wanted = harness.simulation.schedules(key)['weekly'] ?? '';
    expect((await connector.parts.Step!.find(key, wanted, createCall()))?.name).toBe('weekly');
    expect(await connector.parts.Step!.find('99', wanted, createCall())).toBeNull();
  });

  test('come from their own list where a job does not show them, page by page where it is cut', async () => {
    await harness.close();
    harness = await startHarness({ schedulesPerPage: 7 });
    const key = harness.simulation.addJob(
      {},
      Array.from({ length: 130 }, () => ({})),
    );
    const hidden = JSON.stringify({ _id: Number(key), name: 'nightly' });
    harness.server.inject({ what: { do: 'status', status: 200, body: hidden, headers: {} }, kinds: ['job'] });
    const partition = only(await harness.connect().parts.Step!.list(key, createCall()));
    expect(await readRows(partition)).toHaveLength(130);
    expect(harness.asked()).toEqual([
      `/${key}?displaySchedules=true`,
      `/${key}/schedules`,
      `/${key}/schedules?page_size=100&offset=7`,
      `/${key}/schedules?page_size=100&offset=107`,
    ]);
  });

  test.each([null, 0, 5, 200])('are all there where the service counts %s of 130', async (total) => {
    const key = harness.simulation.addJob(
      {},
      Array.from({ length: 130 }, () => ({})),
    );
    const ids = Object.values(harness.simulation.schedules(key));
    expect(ids).toHaveLength(1);
    const hidden = JSON.stringify({ _id: Number(key), name: 'nightly' });
    harness.server.inject({ what: { do: 'status', status: 200, body: hidden, headers: {} }, kinds: ['job'] });
    const some = JSON.stringify({ total, results: [{ scheduleId: ids[0] }, { scheduleId: 'another' }] });
    harness.server.inject({
      what: { do: 'status', status: 200, body: some, headers: {} },
      kinds: ['schedules'],
      times: 1,
    });
    const partition = only(await harness.connect().parts.Step!.list(key, createCall()));
    // The first answer gave two of them; what it counts decides nothing.
    expect((await readRows(partition)).length).toBeGreaterThan(100);
    expect(harness.asked().length).toBeLessThan(8);
  });

  test.each([
    [2, 200],
    [100, 200],
    [100, null],
  ])('are an error where %i of them come again and again and the service counts %s', async (count, total) => {
    const key = repeating(count, total);
    const partition = only(await harness.connect().parts.Step!.list(key, createCall()));
    await expect(readRows(partition)).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect(harness.asked().length).toBeLessThan(6);
  });

  test.each([
    [2, null],
    [2, 0],
    [100, 100],
  ])('are all there where %i of them come for every offset and the service counts %s', async (count, total) => {
    const key = repeating(count, total);
    expect(await readRows(only(await harness.connect().parts.Step!.list(key, createCall())))).toHaveLength(count);
  });

  test.each([0, null])('are none where none come and the service counts %s', async (total) => {
    const key = repeating(0, total);
    expect(await readRows(only(await harness.connect().parts.Step!.list(key, createCall())))).toEqual([]);
  });

  test('are a bad answer where none come and some are counted, and so is the log', async () => {
    const key = repeating(0, 5);
    const connector = harness.connect();
    const bad = { code: 'SOURCE_BAD_RESPONSE' };
    await expect(readRows(only(await connector.parts.Step!.list(key, createCall())))).rejects.toMatchObject(bad);
    await expect(connector.logs({ job: key }, {}, createCall())).rejects.toMatchObject(bad);
  });

  /** A job whose schedules are the same list, wherever it is asked to go on. */
  function repeating(count: number, total: number | null): string {
    const key = harness.simulation.addJob({}, [{}]);
    const results = Array.from({ length: count }, (_, index) => ({ scheduleId: `s${index}` }));
    const bodies = { job: { _id: Number(key), name: 'nightly' }, schedules: { total, results } };
    for (const [kind, body] of Object.entries(bodies)) {
      harness.server.inject({
        what: { do: 'status', status: 200, body: JSON.stringify(body), headers: {} },
        kinds: [kind],
      });
    }
    return key;
  }

  test('of an unknown job are NOT_FOUND when they are read, and there are no tasks', async () => {
    const connector = harness.connect();
    const partition = only(await connector.parts.Step!.list('99', createCall()));
    await expect(readRows(partition)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(connector.parts.Attempt!.list('x', createCall())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(connector.parts.Task).toBeUndefined();
  });
});

describe('a single attempt', () => {
  test('is looked for in each schedule at once', async () => {
    const key = harness.simulation.addJob({}, [{ description: 'a' }, { description: 'b' }]);
    const runId = harness.simulation.addRun(key, done(START, 'posted'), 'b');
    const { a = '', b = '' } = harness.simulation.schedules(key);
    const connector = harness.connect();
    expect(await connector.parts.Attempt!.find(key, runId, createCall())).toMatchObject({ key: runId, stepKey: b });
    expect(harness.asked().slice(1).sort()).toEqual(
      [`/${key}/schedules/${a}/runs/${runId}`, `/${key}/schedules/${b}/runs/${runId}`].sort(),
    );
    expect(await connector.parts.Attempt!.find(key, 'a/b?c=../d', createCall())).toBeNull();
    expect(harness.asked()[1]).toContain('/runs/a%2Fb%3Fc%3D..%2Fd');
    expect(await connector.parts.Attempt!.find('99', runId, createCall())).toBeNull();
    expect(await connector.parts.Attempt!.find('x', runId, createCall())).toBeNull();
  });

  test('is not said to be missing when a schedule did not answer', async () => {
    const key = harness.simulation.createJob();
    harness.server.inject({ what: { do: 'status', status: 403 }, kinds: ['run'] });
    await expect(harness.connect().parts.Attempt!.find(key, 'r', createCall())).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
  });
});

describe('access', () => {
  test('renews an expired token once and asks again', async () => {
    const key = harness.simulation.createJob();
    const connector = harness.connect();
    await connector.getJobs([key], createCall());
    harness.simulation.expireTokens();
    harness.server.resetCalls();
    const [job] = await connector.getJobs([key], createCall());
    expect(job).toMatchObject({ key });
    expect(harness.server.calls.map(({ kind, status }) => [kind, status])).toEqual([
      ['job', 401],
      ['token', 200],
      ['job', 200],
    ]);
  });

  test('works with basic, too', async () => {
    await harness.close();
    harness = await startHarness({ auth: 'basic' });
    expect(await harness.connect().probe(createCall())).toEqual({ jobs: 0 });
  });

  test('waits as long as 429 and 503 say, and says so when it gives up', async () => {
    const connector = harness.connect();
    harness.server.inject({ ...tooManyRequests(2), kinds: ['jobs'] });
    harness.server.inject({ ...overloaded(3), kinds: ['jobs'] });
    expect(await connector.probe(createCall())).toEqual({ jobs: 0 });
    expect(harness.waits).toEqual([2_000, 3_000]);
    harness.server.inject({ ...overloaded(3, 9), kinds: ['jobs'] });
    await expect(connector.probe(createCall())).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      retryAfterSeconds: 3,
    });
  });

  test('asks more slowly while answers say that they are held back, and then as before', async () => {
    const keys = Array.from({ length: 4 }, () => harness.simulation.createJob());
    const connector = harness.connect();
    const ask = () => Promise.all(keys.map((key) => connector.getJobs([key], createCall())));
    await connector.probe(createCall());
    harness.simulation.throttle(2_000);
    await connector.probe(createCall());
    await ask();
    expect(harness.waits.map((wait) => Math.round(wait / 1_000))).toEqual([2, 2, 2, 2]);
    harness.simulation.throttle(null);
    await ask();
    await ask();
    expect(harness.waits.length).toBeLessThan(10);
  });

  test('asks more slowly after a 503 that says nothing, until an answer is good', async () => {
    const connector = harness.connect();
    harness.server.inject({ what: { do: 'status', status: 503, body: '{}', headers: {} }, kinds: ['jobs'], times: 1 });
    expect(await connector.probe(createCall())).toEqual({ jobs: 0 });
    const [backOff = 0, pace = 0] = harness.waits;
    expect(harness.waits).toHaveLength(2);
    expect(backOff).toBeLessThanOrEqual(200);
    expect(pace).toBeGreaterThan(0);
    // Waits are differences of fractions of a millisecond.
    expect(Math.round(backOff + pace)).toBeLessThanOrEqual(500);
    await connector.probe(createCall());
    expect(harness.waits).toHaveLength(2);
  });

  test('names the field of an answer that is not as documented', async () => {
    const body = JSON.stringify({ total: 1, results: [{ jobId: {}, name: 'x' }] });
    harness.server.inject({ what: { do: 'status', status: 200, body, headers: {} }, kinds: ['jobs'] });
    const { unreadable } = await listJobs(harness.connect(), 0, {}, createCall());
    expect(unreadable).toMatchObject({ count: 1, reason: 'results[0]._id: expected a job id, got nothing' });
  });
});
