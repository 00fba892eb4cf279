import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_TASK } from '../../src/sandbox/bytenite/lines.ts';
import { fillByteNite } from '../../src/sandbox/bytenite/demo.ts';
import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import type { ByteNiteSimulation } from '../../src/sandbox/bytenite/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const START = 1_750_781_941_000_000_000n; // 2025-06-24T16:19:01Z
const UNKNOWN_JOB = '00000000-0000-4000-8000-000000000000';

let simulation: ByteNiteSimulation;
let server: VendorServer;

beforeEach(async () => {
  simulation = simulateByteNite({ now: () => START });
  server = await startVendorServer(simulation);
});
afterEach(() => server.close());

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(path: string, init: RequestInit = {}, authorization?: string): Promise<Answer> {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${server.origin}${path}`, { ...init, headers });
  return { status: response.status, body: await response.json() };
}

async function token(apiKey = simulation.apiKey): Promise<string> {
  const { body } = await post('/v1/auth/access_token', { apiKey });
  return (body as { token: string }).token;
}

function post(path: string, body: unknown, authorization?: string): Promise<Answer> {
  return ask(path, { method: 'POST', body: JSON.stringify(body) }, authorization);
}

async function logs(body: object): Promise<Answer> {
  return post('/v1/customer/logs', body, await token());
}

describe('authorisation', () => {
  test('exchanges the API key for a token whose lifetime is a string', async () => {
    const answer = await post('/v1/auth/access_token', { apiKey: simulation.apiKey });
    expect(answer).toEqual({
      status: 200,
      body: {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        expiresIn: '3600',
        scope: 'customer',
      },
    });
  });

  test('refuses a wrong key and a missing one', async () => {
    expect((await post('/v1/auth/access_token', { apiKey: 'wrong' })).status).toBe(401);
    expect((await post('/v1/auth/access_token', {})).status).toBe(400);
  });

  test('accepts the token without a scheme only, unless it is set to be lenient', async () => {
    const bare = await token();
    expect((await ask('/v1/customer/jobs', {}, bare)).status).toBe(200);
    expect(await ask('/v1/customer/jobs', {}, `Bearer ${bare}`)).toEqual({
      status: 401,
      body: { code: 16, message: 'token is missing, malformed or expired', details: [] },
    });
    simulation.configure({ rawTokenOnly: false });
    expect((await ask('/v1/customer/jobs', {}, `Bearer ${bare}`)).status).toBe(200);
  });

  test('refuses tokens that have expired', async () => {
    const bare = await token();
    simulation.expireTokens();
    expect((await ask('/v1/customer/jobs', {}, bare)).status).toBe(401);
    expect((await ask('/v1/customer/jobs', {}, await token())).status).toBe(200);
  });
});

describe('the jobs API', () => {
  test('pages by limit and offset, counts in strings and sorts on request', async () => {
    for (const name of ['a', 'b', 'c']) simulation.createJob({ name });
    const path = '/v1/customer/jobs?pagination.limit=2&pagination.offset=1&orderBy=name%20desc';
    const { body } = await ask(path, {}, await token());
    expect(body).toMatchObject({
      pagination: { total: '3', offset: '1', hasPrevious: true, hasNext: false },
      data: [{ name: 'b' }, { name: 'a' }],
    });
  });

  test('caps the page size without an error', async () => {
    simulation.configure({ maxPage: 2 });
    for (const name of ['a', 'b', 'c']) simulation.createJob({ name });
    const { body } = await ask('/v1/customer/jobs?pagination.limit=50', {}, await token());
    expect(body).toMatchObject({ pagination: { hasNext: true }, data: [{ name: 'a' }, { name: 'b' }] });
  });

  test('refuses an invalid order and an invalid limit', async () => {
    const bare = await token();
    expect((await ask('/v1/customer/jobs?orderBy=colour', {}, bare)).body).toMatchObject({ code: 3 });
    expect((await ask('/v1/customer/jobs?pagination.limit=-1', {}, bare)).body).toMatchObject({ code: 3 });
  });

  test('writes unset fields as null, int64 as strings and microsecond times', async () => {
    const key = simulation.createJob({ name: 'draft', status: 'QUEUED' });
    simulation.updateJob(key, { createdAt: START + 738_798_123n });
    const { body } = await ask(`/v1/customer/jobs/${key}`, {}, await token());
    expect(body).toMatchObject({
      templateInfo: null,
      job: {
        id: key,
        state: 'JOB_STATE_NEW',
        createdAt: '2025-06-24T16:19:01.738798Z',
        startedAt: null,
        endedAt: null,
        numChunks: '0',
        paymentAmount: '28',
      },
    });
  });

  test('omits unset fields in the other dialect', async () => {
    simulation.configure({ unset: 'omit' });
    const key = simulation.createJob({ status: 'QUEUED' });
    const { body } = await ask(`/v1/customer/jobs/${key}`, {}, await token());
    expect((body as { job: object }).job).not.toHaveProperty('endedAt');
  });

  test('records when a job enters each state', async () => {
    const key = simulation.createJob();
    simulation.setStatus(key, 'FAILED');
    const { body } = await ask(`/v1/customer/jobs/${key}`, {}, await token());
    expect(body).toMatchObject({
      job: {
        state: 'JOB_STATE_FAILED',
        errorMessage: 'a task failed',
        endedAt: '2025-06-24T16:19:01Z',
        stateTimestamps: {
          JOB_STATE_NEW: '2025-06-24T16:19:01Z',
          JOB_STATE_PARTITIONING: '2025-06-24T16:19:01Z',
          JOB_STATE_RUNNING: '2025-06-24T16:19:01Z',
          JOB_STATE_FAILED: '2025-06-24T16:19:01Z',
        },
      },
    });
  });

  test('writes errors in all three shapes', async () => {
    const bare = await token();
    const missing = (): Promise<Answer> => ask(`/v1/customer/jobs/${UNKNOWN_JOB}`, {}, bare);
    expect(await missing()).toEqual({ status: 404, body: { code: 5, message: 'job not found', details: [] } });
    simulation.configure({ errors: 'empty' });
    expect(await missing()).toEqual({ status: 404, body: {} });
    simulation.configure({ errors: 'action' });
    expect((await missing()).body).toMatchObject({ ok: false, error: { code: 404, description: 'job not found' } });
  });
});

describe('the logs API', () => {
  function fill(): string {
    const key = simulation.createJob();
    simulation.write(key, [
      { time: START + 100_000_000n, message: 'split', step: 'PARTITIONER' },
      { time: START, message: 'frame 1', task: 'a', severity: 'warn' },
      { time: START + 123_456_789n, message: 'frame 2', task: 'b', level: 'PANIC', container: 'sidecar' },
      { time: START + 123_456_000n, message: 'frame 0', task: 'a', level: 'UNKNOWN' },
      { time: START + 2n, message: 'joined', step: 'ASSEMBLER' },
    ]);
    return key;
  }

  test('groups lines by service and task, newest first, with 0, 3, 6 or 9 fraction digits', async () => {
    expect(await logs({ jobId: fill() })).toEqual({
      status: 200,
      body: {
        partitioner: [{ log: 'split', timestamp: '2025-06-24T16:19:01.100Z', level: 'INFO', container: 'partitioner' }],
        assembler: [
          { log: 'joined', timestamp: '2025-06-24T16:19:01.000000002Z', level: 'INFO', container: 'assembler' },
        ],
        taskrunner: {
          a: {
            logs: [
              { log: 'frame 0', timestamp: '2025-06-24T16:19:01.123456Z', level: 'UNKNOWN', container: 'app' },
              { log: 'frame 1', timestamp: '2025-06-24T16:19:01Z', level: 'WARN', container: 'app' },
            ],
          },
          b: {
            logs: [
              { log: 'frame 2', timestamp: '2025-06-24T16:19:01.123456789Z', level: 'PANIC', container: 'sidecar' },
            ],
          },
        },
      },
    });
  });

  test('filters by service, level and task, and treats an empty list as no filter', async () => {
    const jobId = fill();
    expect((await logs({ jobId, taskIds: ['b'], services: ['TASKRUNNER'], levels: [] })).body).toEqual({
      partitioner: [],
      assembler: [],
      taskrunner: { b: { logs: [expect.objectContaining({ log: 'frame 2' })] } },
    });
    expect((await logs({ jobId, levels: ['WARN'], services: ['TASKRUNNER'] })).body).toMatchObject({
      taskrunner: { a: { logs: [{ log: 'frame 1' }] }, b: { logs: [] } },
    });
  });

  test('keeps or hides the other services under a task filter, by dialect', async () => {
    const jobId = fill();
    expect((await logs({ jobId, taskIds: ['b'] })).body).toMatchObject({ partitioner: [{ log: 'split' }] });
    simulation.configure({ taskIdsHideOtherServices: true });
    expect((await logs({ jobId, taskIds: ['b'] })).body).toMatchObject({ partitioner: [], assembler: [] });
  });

  test('writes groups without lines in three ways, and omits UNKNOWN in one dialect', async () => {
    const jobId = simulation.createJob();
    expect((await logs({ jobId })).body).toEqual({ partitioner: [], assembler: [], taskrunner: {} });
    simulation.configure({ emptyGroups: 'null' });
    expect((await logs({ jobId })).body).toEqual({ partitioner: null, assembler: null, taskrunner: null });
    simulation.configure({ emptyGroups: 'missing', omitUnknownLevel: true });
    expect((await logs({ jobId })).body).toEqual({});
    simulation.write(jobId, [{ time: START, message: 'x', level: 'UNKNOWN' }]);
    expect((await logs({ jobId })).body).toEqual({
      taskrunner: { [DEFAULT_TASK]: { logs: [{ log: 'x', timestamp: '2025-06-24T16:19:01Z', container: 'app' }] } },
    });
  });

  test('returns the lines of a group in the order of the dialect, and keeps the newest under a silent cap', async () => {
    const jobId = simulation.createJob();
    simulation.write(
      jobId,
      [0, 1, 2, 3, 4].map((number) => ({ time: START + BigInt(number), message: String(number), step: 'PARTITIONER' })),
    );
    const messages = async (): Promise<string[]> =>
      ((await logs({ jobId })).body as { partitioner: { log: string }[] }).partitioner.map(({ log }) => log);
    expect(await messages()).toEqual(['4', '3', '2', '1', '0']);
    simulation.configure({ order: 'ascending' });
    expect(await messages()).toEqual(['0', '1', '2', '3', '4']);
    simulation.configure({ order: 'shuffled' });
    const mixed = await messages();
    expect(mixed).not.toEqual(mixed.toSorted());
    expect(mixed.toSorted()).toEqual(['0', '1', '2', '3', '4']);
    simulation.configure({ order: 'ascending', cap: 2 });
    expect(await messages()).toEqual(['3', '4']);
  });

  test('refuses an unknown job, a missing job id and values outside the enumerations', async () => {
    expect(await logs({ jobId: UNKNOWN_JOB })).toMatchObject({ status: 404, body: { code: 5 } });
    expect(await logs({})).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await logs({ jobId: fill(), services: ['APP'] })).toMatchObject({ status: 400, body: { code: 3 } });
  });

  test('computes long logs while it sends them', async () => {
    const jobId = simulation.createJob();
    let asked = 0;
    simulation.generate(jobId, 100_000, (index) => {
      asked += 1;
      return { time: START + BigInt(index), message: `line ${index}`, step: index < 10 ? 'PARTITIONER' : 'TASKRUNNER' };
    });
    const { body } = await logs({ jobId });
    const { partitioner, taskrunner } = body as {
      partitioner: object[];
      taskrunner: Record<string, { logs: object[] }>;
    };
    expect([partitioner.length, taskrunner[DEFAULT_TASK]?.logs.length]).toEqual([10, 99_990]);
    // Once to find the groups, once to write.
    expect(asked).toBe(200_000);
  });

  test('refuses to write to a step that the vendor does not have', () => {
    const key = simulation.createJob();
    expect(() => {
      simulation.write(key, [{ time: START, message: 'x', step: 'cleanup' }]);
    }).toThrow('ByteNite has no step "cleanup"');
  });
});

describe('the simulation, on routes that no connector uses', () => {
  test('lists jobs by POST /jobs/filter as GET /jobs does, or has no such route', async () => {
    for (const name of ['a', 'b', 'c']) simulation.createJob({ name });
    const bare = await token();
    const filtered = () =>
      post('/v1/customer/jobs/filter', { pagination: { limit: 2, offset: 1 }, orderBy: 'name desc' }, bare);
    const listed = await ask('/v1/customer/jobs?pagination.limit=2&pagination.offset=1&orderBy=name%20desc', {}, bare);
    expect(await filtered()).toEqual(listed);
    expect(listed.body).toMatchObject({ data: [{ name: 'b' }, { name: 'a' }] });
    simulation.configure({ jobsFilter: 'missing' });
    expect((await filtered()).status).toBe(404);
  });

  test('lists the tasks of jobs that run, or has no such route', async () => {
    const [jobId] = (['RUNNING', 'QUEUED', 'SUCCEEDED'] as const).map((status) => {
      const key = simulation.createJob({ status });
      simulation.write(key, [
        { time: START, message: 'x', step: 'PARTITIONER' },
        { time: START, message: 'y', task: 'one' },
      ]);
      return key;
    });
    const running = async () => post('/v1/customer/jobs/runningTasks', {}, await token());
    expect(await running()).toEqual({ status: 200, body: { tasks: [{ jobId, taskId: 'one' }] } });
    simulation.configure({ runningTasks: 'missing' });
    expect((await running()).status).toBe(404);
  });

  test('streams events as lines, begins with an error, or has no such route', async () => {
    const id = simulation.createJob();
    simulation.createJob();
    const authorization = await token();
    const events = async () => {
      const response = await fetch(`${server.origin}/v1/customer/events`, { headers: { authorization } });
      const lines = (await response.text()).trim().split('\n');
      return { status: response.status, lines: lines.map((line): unknown => JSON.parse(line)) };
    };
    simulation.configure({ eventName: 'SOMETHING_ELSE' });
    const { lines } = await events();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      result: {
        event: 'SOMETHING_ELSE',
        data: { '@type': expect.any(String) as unknown, id, state: 'JOB_STATE_RUNNING' },
      },
    });
    simulation.configure({ events: 'error' });
    expect(await events()).toMatchObject({ status: 200, lines: [{ error: { code: 14 } }] });
    simulation.configure({ events: 'missing' });
    expect((await events()).status).toBe(404);
  });
});

describe('the demo', () => {
  test('has a finished, a failed, a draft and a growing job', async () => {
    const demo = fillByteNite(simulation, START);
    const bare = await token();
    const { body } = await ask('/v1/customer/jobs', {}, bare);
    const { data } = body as { data: { id: string; name: string; state: string }[] };
    expect(data.map(({ state }) => state)).toEqual([
      'JOB_STATE_COMPLETE',
      'JOB_STATE_COMPLETE',
      'JOB_STATE_FAILED',
      'JOB_STATE_NEW',
      'JOB_STATE_RUNNING',
    ]);
    const jobId = data.at(-1)?.id ?? '';
    const count = async (): Promise<number> => JSON.stringify((await logs({ jobId })).body).split('"log":').length - 1;
    const before = await count();
    demo.grow(START + 10_000_000_000n);
    expect((await count()) - before).toBe(5);
  });
});
