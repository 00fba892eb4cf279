import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Task } from '../../../src/domain/job.ts';
import type { Connector, JobFilter, JobPage } from '../../../src/vendors/connector.ts';
import { MILLISECOND, positionOf, readRows, START, startHarness, UNKNOWN_TASK } from './harness.ts';
import type { Harness } from './harness.ts';
import { listJobs } from '../list-jobs.ts';

let harness: Harness;
let connector: Connector;

beforeEach(async () => {
  harness = await startHarness();
  connector = harness.connect();
});
afterEach(() => harness.close());

const CREATED = Number(START / MILLISECOND);

/** `count` jobs, oldest first. */
function addJobs(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    harness.simulation.createJob({ name: `Job ${index}`, createdAt: CREATED + index }),
  );
}

function addChildren(parent: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    harness.simulation.createJob({ parent, name: `Part ${index}`, createdAt: CREATED + index }),
  );
}

function list(filter: JobFilter = {}, page = 0): Promise<JobPage> {
  return listJobs(connector, page, filter, createCall());
}

function keysOf(page: JobPage, nameContains = ''): string[] {
  const named = page.jobs.filter(({ name }) => name.toLowerCase().includes(nameContains));
  return named.map(({ key }) => key);
}

describe('jobs by id', () => {
  test('are requested together, and alone if the list does not have them', async () => {
    const keys = addJobs(5);
    const asked = [...keys].reverse();
    const jobs = await connector.getJobs([...asked, UNKNOWN_TASK, asked[0]!], createCall());
    expect(jobs.map((job) => (job !== null && 'key' in job ? job.key : job))).toEqual([...asked, null, asked[0]]);
    const ids = [...asked, UNKNOWN_TASK].map((id) => `"${id}"`).join(',');
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toEqual([
      `job in(id,(${ids}))&select=+audit&limit=6&offset=0`,
      `job in(id,(${ids}))&select=+audit&limit=1&offset=0`,
      'job select=+audit',
    ]);
  });

  test('have the times of the audit', async () => {
    const key = harness.simulation.createJob({ name: 'A transfer', status: 'SUCCEEDED', object: 'BUY-1' });
    expect(await connector.getJobs([key], createCall())).toEqual([
      {
        source: 'marketplace',
        key,
        name: 'A transfer',
        status: 'SUCCEEDED',
        nativeStatus: 'Completed',
        createdAt: '2025-09-11T13:40:13.515Z',
        startedAt: '2025-09-11T13:40:13.515Z',
        finishedAt: '2025-09-11T13:40:13.515Z',
        changedAt: '2025-09-11T13:40:13.515Z',
        attributes: {
          code: 'platform.tasks.generic',
          queue: 'marketplace/platform/internal/tasks/commands',
          object: 'BUY-1',
        },
      },
    ]);
  });

  test('cost one call for each hundred', async () => {
    const keys = addJobs(250);
    const jobs = await connector.getJobs(keys, createCall());
    expect(jobs.map((job) => (job !== null && 'key' in job ? job.key : job))).toEqual(keys);
    expect(harness.asked()).toHaveLength(3);
  });

  test('are null without a call for invalid ids', async () => {
    const hostile = ['', 'job', 'TSK-', 'TSK-1"),eq(status,"Failed', "TSK-1'", 'TSK-1/../..', 'tsk-1', 'TSK-1 '];
    expect(await connector.getJobs(hostile, createCall())).toEqual(hostile.map(() => null));
    expect(harness.asked()).toEqual([]);
  });

  test('are all found if the vendor returns smaller pages than requested', async () => {
    const keys = addJobs(7);
    harness.simulation.configure({ maxLimit: 3 });
    const jobs = await connector.getJobs(keys, createCall());
    expect(jobs.every((job) => job !== null && 'key' in job)).toBe(true);
    expect(harness.asked()).toHaveLength(3);
    harness.simulation.configure({ totals: false });
    expect(await connector.getJobs(keys, createCall())).toEqual(jobs);
  });

  test('are requested one by one, also later, if the vendor refuses to filter or does not filter', async () => {
    for (const settings of [{ unfilterableTasks: ['id'] }, { ignoresFilters: true }]) {
      const keys = addJobs(2);
      harness.simulation.configure({ unfilterableTasks: [], ignoresFilters: false, ...settings });
      connector = harness.connect();
      const jobs = await connector.getJobs([...keys, UNKNOWN_TASK], createCall());
      expect(jobs.map((job) => (job !== null && 'key' in job ? job.key : job))).toEqual([...keys, null]);
      harness.asked();
      expect((await connector.getJobs([keys[0]!], createCall()))[0]).toMatchObject({ key: keys[0] });
      expect(harness.asked()).toEqual(['job select=+audit']);
    }
  });

  test('have an error each if they could not be read, and the others have none', async () => {
    const keys = addJobs(101);
    harness.server.inject({ what: { do: 'status', status: 403, body: '{}' }, times: 1 });
    const jobs = await connector.getJobs(keys, createCall());
    const failed = jobs.filter((job) => job instanceof Error);
    expect(failed.length === 1 || failed.length === 100).toBe(true);
    expect(failed[0]).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  test('have UNKNOWN status for an unknown word', async () => {
    const key = harness.simulation.createJob();
    harness.simulation.setNativeStatus(key, 'Blocked');
    expect((await connector.getJobs([key], createCall()))[0]).toMatchObject({
      status: 'QUEUED',
      nativeStatus: 'Blocked',
    });
  });
});

describe('the list of jobs', () => {
  test('is paged newest first without child tasks, in one call', async () => {
    const keys = addJobs(130);
    addChildren(keys[0]!, 20);
    const first = await list();
    expect(first).toMatchObject({ more: true, total: 130, filtered: true });
    expect(keysOf(first)).toEqual([...keys].reverse().slice(0, 100));
    const second = await list({}, 1);
    expect(second).toMatchObject({ more: false, total: 130 });
    expect(keysOf(second)).toEqual([...keys].reverse().slice(100));
    expect(harness.asked()).toEqual([
      'jobs eq(parent.id,null())&select=+audit&order=-audit.created.at,-id&limit=100&offset=0',
      'jobs eq(parent.id,null())&select=+audit&order=-audit.created.at,-id&limit=100&offset=100',
    ]);
  });

  test('keeps its pages if the vendor returns smaller ones', async () => {
    const keys = addJobs(130);
    harness.simulation.configure({ maxLimit: 40 });
    expect(keysOf(await list({}, 0))).toEqual([...keys].reverse().slice(0, 100));
    expect(keysOf(await list({}, 1))).toEqual([...keys].reverse().slice(100));
  });

  test('does not need totals', async () => {
    const keys = addJobs(100);
    harness.simulation.configure({ totals: false });
    expect(await list()).toMatchObject({ more: null, total: null });
    expect(await list({}, 1)).toMatchObject({ jobs: [], more: false, total: null, filtered: true });
    expect(keysOf(await list())).toHaveLength(keys.length);
  });

  test('lets the vendor filter by status and name', async () => {
    const { simulation } = harness;
    simulation.createJob({ name: 'Sync A', status: 'FAILED' });
    const wanted = simulation.createJob({ name: 'Big SYNC', status: 'RUNNING' });
    simulation.createJob({ name: 'Other', status: 'RUNNING' });
    const page = await list({ statusIn: ['RUNNING', 'CANCELLED'], nameContains: 'sync' });
    expect(page).toMatchObject({ total: 1, filtered: true, more: false });
    expect(keysOf(page)).toEqual([wanted]);
    expect(harness.asked()[0]).toContain('and(eq(parent.id,null()),in(status,("Processing")),ilike(name,"*sync*"))&');
  });

  test('finds queued jobs without naming a status that the vendor may not have', async () => {
    const { simulation } = harness;
    const queued = [
      simulation.createJob({ status: 'QUEUED', createdAt: 3 }),
      simulation.createJob({ nativeStatus: 'Blocked', createdAt: 2 }),
      simulation.createJob({ nativeStatus: 'Rescheduled', createdAt: 1 }),
    ];
    simulation.createJob({ status: 'RUNNING' });
    const page = await list({ statusIn: ['QUEUED'] });
    expect(keysOf(page)).toEqual(queued);
    expect(harness.asked()[0]).toContain('out(status,("Processing","Completed","Failed"))');
  });

  test('is empty without a call for a status that the vendor does not have', async () => {
    addJobs(1);
    expect(await list({ statusIn: ['PAUSED'] })).toEqual({ jobs: [], more: false, total: 0, filtered: true });
    expect(harness.asked()).toEqual([]);
  });

  test.each(['50 % *off*', 'back\\slash', `both " and '`])('is not changed by %j', async (name) => {
    const wanted = harness.simulation.createJob({ name: `a ${name} b` });
    harness.simulation.createJob({ name: 'another' });
    const page = await list({ nameContains: name });
    expect(keysOf(page, name)).toEqual([wanted]);
    expect(harness.asked()[0]).not.toContain('ilike');
  });

  test.each([`it's`, 'say "hi"', 'a,b', '(x)', '100%', 'naïve 漢字 🦊', 'a&b=c;d|e', '#?+'])(
    'is filtered by %j unchanged',
    async (name) => {
      const wanted = harness.simulation.createJob({ name: `a ${name} b` });
      harness.simulation.createJob({ name: 'another' });
      const page = await list({ nameContains: name });
      expect(keysOf(page)).toEqual([wanted]);
      expect(page).toMatchObject({ filtered: true, total: 1 });
      expect(harness.asked()[0]).toContain('ilike(name,');
    },
  );

  test('is filtered here if the vendor refuses, which is remembered', async () => {
    const keys = addJobs(3);
    const child = addChildren(keys[0]!, 1);
    for (const errorShape of ['object', 'array'] as const) {
      harness.simulation.configure({
        errorShape,
        unfilterableTasks: ['parent.id', 'name'],
        unorderableTasks: ['audit.created.at'],
      });
      connector = harness.connect();
      const page = await list({ nameContains: 'job 1' });
      expect(keysOf(page, 'job 1')).toEqual([keys[1]]);
      expect(page).toMatchObject({ more: false, total: 1 });
      expect(keysOf(await list())).not.toContain(child[0]);
      harness.asked();
      await list({ statusIn: ['RUNNING'], nameContains: 'x' });
      expect(harness.asked()).toEqual(['jobs in(status,("Processing"))&select=+audit&limit=100&offset=0']);
    }
  });

  test('omits child tasks and has no total if filters are silently ignored', async () => {
    const keys = addJobs(2);
    addChildren(keys[0]!, 120);
    harness.simulation.configure({ ignoresFilters: true });
    const pages = [await list({ statusIn: ['FAILED'] }, 1), await list(), await list({}, 1)];
    expect(pages[0]).toMatchObject({ filtered: false });
    const keysOfAll = pages.slice(1).flatMap((page) => keysOf(page));
    expect(keysOfAll.sort()).toEqual([...keys].sort());
    expect(pages.map(({ total }) => total)).toEqual([null, null, null]);
  });

  test('asks again without the filter for roots when that finds nothing, once', async () => {
    expect(await list()).toMatchObject({ jobs: [], total: 0 });
    expect(harness.asked()).toHaveLength(2);
    addJobs(1);
    expect(keysOf(await list())).toHaveLength(1);
    harness.asked();
    expect(await list({ nameContains: 'nothing' })).toMatchObject({ jobs: [], total: 0 });
    expect(harness.asked()).toHaveLength(1);
  });

  test('is counted by a probe that reads one row', async () => {
    addJobs(30);
    expect(await connector.probe(createCall())).toEqual({ jobs: 30 });
    expect(harness.asked()).toEqual([expect.stringContaining('limit=1&')]);
  });

  test("fails with the vendor's error if the request is refused without any filter too", async () => {
    addJobs(1);
    harness.server.inject({ what: { do: 'status', status: 400, body: '{"errors":{}}' } });
    await expect(list()).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE', status: 400 });
    harness.server.clearFaults();
    harness.asked();
    await list();
    // What was given up on the way is requested again: it was not the cause.
    expect(harness.asked()[0]).toContain('eq(parent.id,null())');
  });
});

describe('tasks', () => {
  async function partition(job: string): Promise<{ rows: Task[]; count: number | null }> {
    const [children] = await connector.parts.Task!.list(job, createCall());
    return { rows: await readRows(children!), count: await children!.count(createCall()) };
  }

  test('are the child tasks, oldest first, paged in both directions', async () => {
    const [parent] = addJobs(2);
    const children = addChildren(parent!, 230);
    const { rows, count } = await partition(parent!);
    expect(rows.map(({ key }) => key)).toEqual(children);
    expect(rows[0]).toMatchObject({ name: 'Part 0', status: 'RUNNING', attemptKey: null, stepKey: null });
    expect(count).toBe(230);
    const [list] = await connector.parts.Task!.list(parent!, createCall());
    const backward = await readRows(list!, { direction: 'backward', from: positionOf(rows[30]!) });
    expect(backward.map(({ key }) => key)).toEqual(children.slice(0, 30).reverse());
    harness.asked();
    expect(await readRows(list!, { take: 20, need: 20 })).toHaveLength(20);
    expect(harness.asked()).toEqual([
      `tasks eq(parent.id,"${parent}")&select=+audit&order=audit.created.at,id&limit=100&offset=0`,
    ]);
  });

  test.each([
    ['can not be ordered', { unorderableTasks: ['audit.created.at'] }],
    ['are not ordered', { ignoresOrder: true }],
    ['can not be filtered', { unfilterableTasks: ['parent.id'] }],
    ['are not filtered', { ignoresFilters: true }],
  ])('are listed whole where they %s', async (_, settings) => {
    const [parent, other] = addJobs(2);
    const children = [harness.simulation.createJob({ parent: parent!, createdAt: CREATED + 500 })];
    children.unshift(...addChildren(parent!, 120));
    addChildren(other!, 50);
    harness.simulation.configure(settings);
    const { rows, count } = await partition(parent!);
    expect(rows.map(({ key }) => key)).toEqual(children);
    expect(count).toBe(121);
  });

  test('fail once if only a later page shows that they are not ordered, and are right from then on', async () => {
    const [parent] = addJobs(1);
    const children = addChildren(parent!, 120);
    children.unshift(harness.simulation.createJob({ parent: parent!, createdAt: CREATED - 5 }));
    harness.simulation.configure({ ignoresOrder: true });
    await expect(partition(parent!)).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect((await partition(parent!)).rows.map(({ key }) => key)).toEqual(children);
  });

  test('that can only be found among too many others are an error, not an incomplete list', async () => {
    const [parent] = addJobs(2_050);
    addChildren(parent!, 1);
    harness.simulation.configure({ ignoresFilters: true });
    await expect(partition(parent!)).rejects.toMatchObject({ code: 'SOURCE_TRUNCATED' });
  });

  test("do not exist for an id that is no task's", async () => {
    expect(await partition('no "task"')).toEqual({ rows: [], count: 0 });
    expect(harness.asked()).toEqual([]);
  });

  test('are found by key in one call for all of a tick, only beneath their own parent', async () => {
    const [parent, other] = addJobs(2);
    const [first, second] = addChildren(parent!, 2);
    const call = createCall();
    const found = await Promise.all([
      connector.parts.Task!.find(parent!, first!, call),
      connector.parts.Task!.find(parent!, second!, call),
      connector.parts.Task!.find(other!, first!, call),
      connector.parts.Task!.find(parent!, other!, call),
      connector.parts.Task!.find(parent!, UNKNOWN_TASK, call),
    ]);
    expect(found.map((task) => task?.key ?? null)).toEqual([first, second, null, null, null]);
    // The task that the list does not show is requested alone. A fresh source is asked once for one row, for its count.
    expect(harness.asked()).toHaveLength(3);
  });

  test('are the only parts: there are no attempts and no steps', () => {
    expect(Object.keys(connector.parts)).toEqual(['Task']);
    expect(harness.asked()).toEqual([]);
  });
});
