import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { Job } from '../../../src/domain/job.ts';
import { START, SECOND, connect, readAll } from './harness.ts';
import { listJobs } from '../list-jobs.ts';

const namesOf = (jobs: readonly Job[]): string[] => jobs.map(({ name }) => name);

describe('probing', () => {
  test('asks each workspace for one job and adds up what they count', async () => {
    const { connector, simulation, server } = await connect({
      source: { workspaces: ['default', 'team a'] },
    });
    simulation.createJob();
    simulation.createJob();
    simulation.createJob({ workspace: 'team a' });
    expect(await connector.probe(createCall())).toEqual({ jobs: 3 });
    expect(server.calls.map(({ url }) => url)).toEqual([
      '/apis/jobs/v2/workspaces/default/jobs?page=1&page_size=1&sort=-created_at',
      '/apis/jobs/v2/workspaces/team%20a/jobs?page=1&page_size=1&sort=-created_at',
    ]);
  });

  test('reports a token that is refused or lacks permission', async () => {
    const wrong = await connect({ auth: { type: 'bearer', token: 'wrong' } });
    await expect(wrong.connector.probe(createCall())).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    const scopeless = await connect({ auth: { type: 'bearer', token: 'nemo-scopeless-token' } });
    await expect(scopeless.connector.probe(createCall())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });
});

describe('listing jobs', () => {
  test('gives pages of a hundred, newest first, with the total', async () => {
    const { connector, simulation, kinds } = await connect();
    for (let index = 0; index < 120; index += 1) simulation.createJob({ name: `job-${index}` });
    const call = createCall();
    const first = await listJobs(connector, 0, {}, call);
    expect(namesOf(first.jobs).slice(0, 2)).toEqual(['job-119', 'job-118']);
    expect([first.jobs.length, first.more, first.total, first.filtered]).toEqual([100, true, 120, true]);
    const second = await listJobs(connector, 1, {}, call);
    expect([second.jobs.length, second.more]).toEqual([20, false]);
    expect(kinds()).toEqual(['jobs', 'jobs']);
    expect(connector.jobLists.map(({ pageSize }) => pageSize)).toEqual([100]);
  });

  test('has a list of its own for each workspace', async () => {
    const { connector, simulation } = await connect({ source: { workspaces: ['default', 'other', 'default'] } });
    for (let index = 0; index < 150; index += 1) {
      simulation.createJob({ name: `job-${index}`, workspace: index % 3 === 0 ? 'other' : 'default' });
    }
    const call = createCall();
    expect(connector.jobLists.map(({ key }) => key)).toEqual(['default', 'other']);
    const [ours, others] = [await listJobs(connector, 0, {}, call), await listJobs(connector, 0, {}, call, 1)];
    // A full page may have a count of its own rows alone.
    expect([ours.jobs.length, ours.more, ours.total]).toEqual([100, null, 100]);
    // A page whose length is a usual cap costs one call for what follows.
    expect([others.jobs.length, others.more, others.total, others.jobs[0]?.key]).toEqual([
      50,
      false,
      50,
      'other/job-147',
    ]);
  });

  test('leaves filters to the reader, because the vendor filters after it has paged', async () => {
    const { connector, simulation, server } = await connect();
    simulation.createJob({ status: 'QUEUED' });
    for (const filter of [{ statusIn: ['FAILED'] }, { nameContains: 'x' }] as const) {
      const page = await listJobs(connector, 0, filter, createCall());
      expect([page.jobs.length, page.filtered, page.total]).toEqual([1, false, 1]);
    }
    expect(server.calls.every(({ url }) => !url.includes('filter'))).toBe(true);
  });

  test('asks nothing for statuses that no job can have', async () => {
    const { connector, simulation, server } = await connect();
    simulation.createJob({ status: 'QUEUED' });
    expect(await listJobs(connector, 0, { statusIn: ['ACTIVE'] }, createCall())).toEqual({
      jobs: [],
      more: false,
      total: 0,
      filtered: true,
    });
    expect(server.calls).toHaveLength(0);
  });
});

describe('getting jobs', () => {
  test('gives each key its own result, and makes no call for keys that can name nothing', async () => {
    const { connector, simulation, server } = await connect();
    simulation.createJob({ name: 'sft', status: 'SUCCEEDED' });
    const keys = ['default/sft', 'default/none', 'elsewhere/sft', 'sft', 'default/', 'default/..'];
    const results = await connector.getJobs(keys, createCall());
    expect(results.map((result) => (result instanceof Error || result === null ? result : result.status))).toEqual([
      'SUCCEEDED',
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(server.calls).toHaveLength(2);
  });

  test('fails one failed key alone', async () => {
    const { connector, simulation, server } = await connect();
    simulation.createJob({ name: 'a' });
    simulation.createJob({ name: 'b' });
    const remove = server.inject({ times: 2, kinds: ['job'], what: { do: 'status', status: 500, body: '<html>' } });
    const [failed] = await connector.getJobs(['default/a'], createCall());
    remove();
    server.inject({ times: 1, kinds: ['job'], what: { do: 'status', status: 403, body: '{"detail":"Forbidden"}' } });
    const results = await connector.getJobs(['default/a', 'default/b'], createCall());
    expect(failed).toBeInstanceOf(TributaryError);
    expect(results.filter((result) => result instanceof Error)).toHaveLength(1);
    expect(results.filter((result) => result !== null && !(result instanceof Error))).toHaveLength(1);
  });

  test.each([
    'a b',
    '"quoted"',
    'per%cent',
    '%2e%2e',
    'ünïcode',
    '日本',
    'a/b/c',
    '../../x',
    "o'brien",
    'a?b=c#d',
    '-',
  ])('reaches the job called %s and no other path', async (name) => {
    const { connector, simulation, server } = await connect();
    const key = simulation.createJob({ name });
    const [job] = await connector.getJobs([key], createCall());
    expect(job).toMatchObject({ key, name });
    expect(server.calls.map(({ kind, status }) => [kind, status])).toEqual([['job', 200]]);
  });

  test('shows neither who asked nor the environment', async () => {
    const { connector, simulation } = await connect();
    simulation.createJob({ name: 'sft' });
    simulation.step('default/sft', 'training');
    const call = createCall();
    const [job] = await connector.getJobs(['default/sft'], call);
    const { jobs } = await listJobs(connector, 0, {}, createCall());
    const attempts = await readAll((await connector.parts.Attempt!.list('default/sft', call))[0]!, call);
    const text = JSON.stringify([job, jobs, attempts.rows.map(({ key, nativeStatus }) => [key, nativeStatus])]);
    expect(text).not.toMatch(/sandbox\.example|HF_TOKEN|principal|secret|container/);
    expect((job as Job).attributes).toMatchObject({ plannedSteps: ['training'] });
  });
});

describe('steps and tasks', () => {
  test('come from one status call, beside the job that names their attempt', async () => {
    const { connector, simulation, server, kinds } = await connect();
    simulation.createJob({ name: 'sft', createdAt: START });
    simulation.step('default/sft', 'download', START, { status: 'completed' });
    simulation.step('default/sft', 'training', START + SECOND);
    simulation.task('default/sft', 'training', 'task-b', START + 3n * SECOND);
    simulation.task('default/sft', 'training', 'task-a', START + 2n * SECOND);
    const call = createCall();
    const [{ rows: steps }, { rows: tasks }, step, task] = await Promise.all([
      connector.parts.Step!.list('default/sft', call).then(([partition]) => readAll(partition!, call)),
      connector.parts.Task!.list('default/sft', call).then(([partition]) => readAll(partition!, call)),
      connector.parts.Step!.find('default/sft', 'training', call),
      connector.parts.Task!.find('default/sft', 'task-a', call),
    ]);
    const [attempt] = simulation.attempts('default/sft');
    expect(steps.map(({ key, status, attemptKey }) => [key, status, attemptKey])).toEqual([
      ['download', 'SUCCEEDED', attempt],
      ['training', 'RUNNING', attempt],
    ]);
    expect(tasks.map(({ key, stepKey, attemptKey }) => [key, stepKey, attemptKey])).toEqual([
      ['task-a', 'training', attempt],
      ['task-b', 'training', attempt],
    ]);
    expect(step).toEqual(steps[1]);
    expect(task).toEqual(tasks[0]);
    expect(await connector.parts.Step!.find('default/sft', 'none', call)).toBeNull();
    expect(kinds().toSorted()).toEqual(['job', 'status']);
    server.resetCalls();
    await connector.parts.Step!.find('default/sft', 'training', createCall());
    expect(kinds().toSorted()).toEqual(['job', 'status']);
  });

  test('of listed jobs cost one call per job', async () => {
    const { connector, simulation, server, kinds } = await connect();
    for (const name of ['a', 'b', 'c']) simulation.createJob({ name });
    const call = createCall();
    const { jobs } = await listJobs(connector, 0, {}, call);
    server.resetCalls();
    for (const { key } of jobs) {
      await Promise.all([connector.parts.Step!.find(key, 'x', call), connector.parts.Task!.find(key, 'y', call)]);
    }
    expect(kinds()).toEqual(['status', 'status', 'status']);
  });

  test('are asked for once in a poll, and again in the next', async () => {
    const { connector, simulation, kinds } = await connect();
    simulation.createJob({ name: 'sft' });
    const [first, second] = [createCall({ priority: 'poll' }), createCall({ priority: 'poll' })];
    for (let twice = 0; twice < 2; twice += 1)
      expect(await connector.getJobs(['default/sft'], first)).toMatchObject([{ status: 'RUNNING' }]);
    simulation.setStatus('default/sft', 'SUCCEEDED');
    expect(await connector.getJobs(['default/sft'], second)).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(kinds()).toEqual(['job', 'job']);
  });

  test('of a job that is not there are NOT_FOUND', async () => {
    const { connector } = await connect();
    const call = createCall();
    for (const key of ['default/none', 'elsewhere/sft']) {
      const [steps] = await connector.parts.Step!.list(key, call);
      await expect(readAll(steps!, call)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(connector.parts.Task!.find(key, 'x', call)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('attempts', () => {
  test('are put together where there are no routes for them, and the routes are looked for once', async () => {
    const { connector, simulation, server, kinds } = await connect();
    simulation.createJob({ name: 'sft' });
    simulation.step('default/sft', 'download');
    simulation.setStatus('default/sft', 'FAILED');
    const current = simulation.startAttempt('default/sft');
    simulation.step('default/sft', 'download');
    const call = createCall();
    const { rows } = await readAll((await connector.parts.Attempt!.list('default/sft', call))[0]!, call);
    expect(rows.map(({ key, number, status }) => [key, number, status])).toEqual([
      [simulation.attempts('default/sft')[0], 1, 'FAILED'],
      [current, 2, 'RUNNING'],
    ]);
    expect(kinds().toSorted()).toEqual(['attempts', 'job', 'steps']);
    server.resetCalls();
    expect(await connector.parts.Attempt!.find('default/sft', current, createCall())).toEqual(rows[1]);
    expect(kinds().toSorted()).toEqual(['job', 'steps']);
    expect(connector.capabilities.pushdown).toEqual(['STEP_IN', 'TASK_IN']);
  });

  test('of several jobs at once look for the routes together', async () => {
    const { connector, simulation, kinds } = await connect();
    const keys = ['a', 'b', 'c'].map((name) => simulation.createJob({ name }));
    const call = createCall();
    await Promise.all(keys.map((key) => connector.parts.Attempt!.find(key, 'x', call)));
    expect(kinds().filter((kind) => kind === 'attempts')).toHaveLength(1);
  });

  test('come from their routes in newer generations, on all pages', async () => {
    const { connector, simulation, kinds } = await connect({ simulation: { generation: 'C' } });
    simulation.createJob({ name: 'sft' });
    for (let index = 1; index < 103; index += 1) simulation.startAttempt('default/sft');
    const call = createCall();
    const { rows } = await readAll((await connector.parts.Attempt!.list('default/sft', call))[0]!, call);
    expect(rows.map(({ key }) => key)).toEqual(simulation.attempts('default/sft'));
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 103 }, (_, index) => index + 1));
    expect(kinds()).toEqual(['attempts', 'attempts']);
    expect(connector.capabilities.pushdown).toContain('ATTEMPT_IN');
  });

  test('are none before the first', async () => {
    const { connector, simulation } = await connect({ simulation: { generation: 'C' } });
    simulation.createJob({ name: 'sft', status: 'QUEUED', attempt: false });
    const call = createCall();
    expect((await readAll((await connector.parts.Attempt!.list('default/sft', call))[0]!, call)).rows).toEqual([]);
    expect(await connector.getJobs(['default/sft'], call)).toMatchObject([{ status: 'QUEUED' }]);
    expect((await readAll((await connector.parts.Step!.list('default/sft', call))[0]!, call)).rows).toEqual([]);
  });

  test.each(['A', 'C'] as const)('of a job that is not there are NOT_FOUND in generation %s', async (generation) => {
    const { connector } = await connect({ simulation: { generation } });
    await expect(connector.parts.Attempt!.find('default/none', 'x', createCall())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('are not taken for absent because the vendor fails', async () => {
    const { connector, simulation, server } = await connect({ simulation: { generation: 'C' } });
    simulation.createJob({ name: 'sft' });
    server.inject({
      times: 1,
      kinds: ['attempts'],
      what: { do: 'status', status: 403, body: '{"detail":"Forbidden"}' },
    });
    await expect(connector.parts.Attempt!.find('default/sft', 'x', createCall())).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
    const [attempt] = simulation.attempts('default/sft');
    expect(await connector.parts.Attempt!.find('default/sft', attempt!, createCall())).toMatchObject({ number: 1 });
  });
});
