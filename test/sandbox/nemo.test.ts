import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { SANDBOX_TOKEN, simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { NemoOptions, NemoSimulation } from '../../src/sandbox/nemo/index.ts';
import type { SandboxLine, VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const JOBS = '/apis/jobs/v2/workspaces/default/jobs';
const SECOND = 1_000_000_000n;
const START = 1_772_233_021n * SECOND; // 2026-02-27T22:57:01Z

let server: VendorServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Answer {
  readonly status: number;
  // Whatever the vendor sent: tests look into it by hand.
  readonly body: never;
}

async function start(options: NemoOptions = {}): Promise<NemoSimulation> {
  const simulation = simulateNemo(options);
  server = await startVendorServer(simulation);
  return simulation;
}

async function get(path: string, headers: Record<string, string> = { authorization: `Bearer ${SANDBOX_TOKEN}` }) {
  const reply = await request(`${server!.origin}${path}`, { headers });
  return { status: reply.statusCode, body: (await reply.body.json()) as Answer['body'] } as {
    status: number;
    body: Record<string, never>;
  };
}

function lines(
  count: number,
  at: (index: number) => bigint = (index) => START + BigInt(index) * SECOND,
): SandboxLine[] {
  return Array.from({ length: count }, (_, index) => ({ time: at(index), message: `line ${index}`, step: 'training' }));
}

interface LogBody {
  data: { timestamp: string; job: string; job_step: string; job_task: string; message: string }[];
  total: number;
  next_page?: string | null;
  prev_page?: string | null;
}

async function logs(query: string, name = 'sft'): Promise<{ status: number; body: LogBody }> {
  const answer = await get(`${JOBS}/${name}/logs${query}`);
  return { status: answer.status, body: answer.body as unknown as LogBody };
}

async function walk(limit: number, name = 'sft'): Promise<string[]> {
  const messages: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await logs(`?limit=${limit}${cursor === '' ? '' : `&page_cursor=${cursor}`}`, name);
    messages.push(...body.data.map(({ message }) => message));
    cursor = body.next_page ?? null;
    if (cursor === '') cursor = null;
  }
  return messages;
}

describe('access control', () => {
  test('refuses a call without a token, with a wrong one, and with one that lacks the scope', async () => {
    await start();
    expect(await get(JOBS, {})).toEqual({ status: 401, body: { detail: 'Unauthorized' } });
    expect(await get(JOBS, { authorization: 'Bearer wrong' })).toEqual({
      status: 401,
      body: { detail: 'Invalid or expired token' },
    });
    expect(await get(JOBS, { authorization: 'Bearer nemo-scopeless-token' })).toEqual({
      status: 403,
      body: { detail: 'Forbidden' },
    });
  });

  test('needs no token when authorisation is off, and its source is configured without one', async () => {
    const nemo = await start({ token: null });
    expect((await get(JOBS, {})).status).toBe(200);
    expect(nemo.sourceConfig('http://127.0.0.1:1')).toEqual({
      vendor: 'nemo',
      baseUrl: 'http://127.0.0.1:1',
      workspaces: ['default'],
      auth: { type: 'none' },
    });
  });
});

describe('the jobs API', () => {
  test('lists ten to a page, newest first, without nulls', async () => {
    const nemo = await start();
    for (let index = 0; index < 12; index += 1) nemo.createJob({ name: `job-${index}` });
    const { body } = await get(JOBS);
    const page = body as unknown as { data: Record<string, unknown>[]; pagination: unknown; sort: string };
    expect(page.data.map(({ name }) => name)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((index) => `job-${index}`));
    expect(page.pagination).toEqual({
      page: 1,
      page_size: 10,
      current_page_size: 10,
      total_pages: 2,
      total_results: 12,
    });
    expect(page.sort).toBe('-created_at');
    expect(Object.values(page.data[0]!)).not.toContain(null);
    expect(page.data[0]).not.toHaveProperty('error_details');
  });

  test('applies a status filter after the page, so that pages are short and totals count too much', async () => {
    const nemo = await start();
    for (let index = 0; index < 6; index += 1) {
      nemo.createJob({ name: `job-${index}`, status: index < 3 ? 'SUCCEEDED' : 'RUNNING' });
    }
    const { body } = await get(`${JOBS}?page_size=3&filter%5Bstatus%5D=completed,error`);
    expect(body).toMatchObject({
      data: [],
      pagination: { current_page_size: 0, total_pages: 2, total_results: 6 },
    });
    const second = await get(`${JOBS}?page=2&page_size=3&filter%5Bstatus%5D=completed&filter%5Bstatus%5D=error`);
    expect(second.body).toMatchObject({ data: [{ name: 'job-2' }, { name: 'job-1' }, { name: 'job-0' }] });
  });

  test('refuses bad parameters as the framework does', async () => {
    await start();
    expect(await get(`${JOBS}?page=0`)).toEqual({
      status: 422,
      body: {
        detail: [
          {
            type: 'greater_than',
            loc: ['query', 'page'],
            msg: 'Input should be greater than 0',
            input: '0',
            ctx: { gt: 0 },
          },
        ],
      },
    });
    expect((await get(`${JOBS}?page=x`)).body).toMatchObject({ detail: [{ type: 'int_parsing' }] });
    expect((await get(`${JOBS}?page_size=1001`)).status).toBe(422);
    expect((await get(`${JOBS}?sort=name`)).body).toMatchObject({ detail: [{ type: 'enum', loc: ['query', 'sort'] }] });
    expect((await get(`${JOBS}?filter%5Bcolour%5D=red`)).body).toEqual({ detail: 'Invalid filter field' });
  });

  test('returns a job with its nulls, and reports a missing one in the words of its generation', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft', createdAt: START });
    const { body } = await get(`${JOBS}/sft`);
    expect(body).toMatchObject({
      name: 'sft',
      workspace: 'default',
      status: 'active',
      project: null,
      error_details: null,
      created_at: '2026-02-27T22:57:01',
    });
    expect(String(body['attempt_id'])).toMatch(/^platform-job-attempt-[1-9A-HJ-NP-Za-km-z]{20,22}$/);
    expect(await get(`${JOBS}/other`)).toEqual({ status: 404, body: { detail: 'Job not found' } });
    await server!.close();
    await start({ generation: 'B' });
    expect((await get(`${JOBS}/other`)).body).toEqual({ detail: "Job 'other' not found in workspace 'default'." });
  });

  test('finds jobs whose names have slashes, spaces and dots', async () => {
    const nemo = await start();
    const name = '../a b/"c"%2F';
    expect(nemo.createJob({ name })).toBe(`default/${name}`);
    expect((await get(`${JOBS}/${encodeURIComponent(name)}`)).body).toMatchObject({ name });
    expect(server!.calls.map(({ kind }) => kind)).toEqual(['job']);
  });

  test('has no attempt of a job of generation C that has not started', async () => {
    const nemo = await start({ generation: 'C' });
    nemo.createJob({ name: 'sft', status: 'QUEUED', attempt: false });
    expect((await get(`${JOBS}/sft`)).body).toMatchObject({ status: 'created', attempt_id: null });
    expect((await get(`${JOBS}/sft/attempts`)).body).toMatchObject({ data: [], pagination: { total_results: 0 } });
    expect((await logs('')).body).toEqual({ data: [], total: 0, next_page: null, prev_page: null });
  });
});

describe('the API for steps and tasks', () => {
  async function tree(options: NemoOptions = {}): Promise<NemoSimulation> {
    const nemo = await start(options);
    nemo.createJob({ name: 'sft', createdAt: START });
    nemo.step('default/sft', 'download', START, { status: 'completed' });
    nemo.task('default/sft', 'download', 'task-a', START, { status: 'completed' });
    nemo.step('default/sft', 'training', START + 5n * SECOND + 1_234n);
    nemo.task('default/sft', 'training', 'task-b', START + 6n * SECOND, { errorStack: 'Traceback' });
    return nemo;
  }

  test('returns the whole tree of the current attempt at once', async () => {
    await tree();
    expect((await get(`${JOBS}/sft/status`)).body).toMatchObject({
      name: 'sft',
      status: 'active',
      steps: [
        { name: 'download', status: 'completed', tasks: [{ name: 'task-a', error_stack: '' }] },
        {
          name: 'training',
          status: 'active',
          created_at: '2026-02-27T22:57:06.000001',
          tasks: [{ name: 'task-b', error_stack: 'Traceback', created_at: '2026-02-27T22:57:07' }],
        },
      ],
    });
  });

  test('lists the steps of all attempts with the context of the caller, and those of all jobs under the name -', async () => {
    const nemo = await tree();
    nemo.startAttempt('default/sft');
    nemo.step('default/sft', 'download', START + 60n * SECOND);
    nemo.createJob({ name: 'other' });
    nemo.step('default/other', 'evaluate');
    const own = (await get(`${JOBS}/sft/steps`)).body as unknown as { data: Record<string, unknown>[] };
    const [first, second] = nemo.attempts('default/sft');
    expect(own.data.map(({ name, attempt_id }) => [name, attempt_id])).toEqual([
      ['download', first],
      ['training', first],
      ['download', second],
    ]);
    expect(own.data[0]).toHaveProperty('auth_context');
    const all = (await get(`${JOBS}/-/steps?filter%5Bjob%5D=other`)).body as unknown as { data: { name: string }[] };
    expect(all.data.map(({ name }) => name)).toEqual(['evaluate']);
  });

  test('returns one step, its tasks and one task, and 404 for unknown ones', async () => {
    await tree();
    expect((await get(`${JOBS}/sft/steps/training`)).body).toMatchObject({ name: 'training', status: 'active' });
    expect((await get(`${JOBS}/sft/steps/training/tasks`)).body).toMatchObject({ data: [{ name: 'task-b' }] });
    expect((await get(`${JOBS}/sft/steps/training/tasks/task-b`)).body).toMatchObject({ name: 'task-b' });
    expect((await get(`${JOBS}/sft/steps/none/tasks`)).status).toBe(404);
    expect((await get(`${JOBS}/sft/steps/training/tasks/none`)).status).toBe(404);
  });

  test('has attempt routes in generation C only', async () => {
    const nemo = await tree({ generation: 'C' });
    const second = nemo.startAttempt('default/sft');
    const { body } = await get(`${JOBS}/sft/attempts`);
    expect(body).toMatchObject({
      data: [
        { id: second, seq: 1, is_current: true },
        { seq: 0, is_current: false, status: 'error' },
      ],
      sort: '-seq',
    });
    const [first] = nemo.attempts('default/sft');
    expect((await get(`${JOBS}/sft/attempts/current`)).body).toMatchObject({ id: second });
    expect((await get(`${JOBS}/sft/attempts/${first!}/steps`)).body).toMatchObject({
      data: [{ name: 'download' }, { name: 'training' }],
    });
    expect((await get(`${JOBS}/sft/attempts/${first!}/steps/training/tasks`)).body).toMatchObject({
      data: [{ name: 'task-b' }],
    });
    await server!.close();
    await tree();
    expect(await get(`${JOBS}/sft/attempts`)).toEqual({ status: 404, body: { detail: 'Not Found' } });
  });
});

describe('the logs API', () => {
  test('returns a hundred lines by default, oldest first, with page numbers in base 58 as tokens', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(250).reverse());
    const { body } = await logs('');
    expect(body.data).toHaveLength(100);
    expect(body.data[0]).toEqual({
      timestamp: '2026-02-27T22:57:01',
      job: 'sft',
      job_step: 'training',
      job_task: expect.stringMatching(/^task-[0-9a-f]{32}$/) as string,
      message: 'line 0',
    });
    expect([body.total, body.next_page, body.prev_page]).toEqual([250, 'nQx83Xfi', null]);
    const second = (await logs('?page_cursor=nQx83Xfi')).body;
    expect([second.data[0]!.message, second.next_page]).toEqual(['line 100', 'nR4faMoz']);
  });

  test('keeps microseconds, cuts nanoseconds and omits a zero fraction', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.write(
      'default/sft',
      lines(3, (index) => START + [0n, 123_456_789n, 100_000_000n][index]!),
    );
    expect((await logs('')).body.data.map(({ timestamp }) => timestamp)).toEqual([
      '2026-02-27T22:57:01',
      '2026-02-27T22:57:01.100000',
      '2026-02-27T22:57:01.123456',
    ]);
    await server!.close();
    const zoned = await start({ zone: 'Z' });
    zoned.createJob({ name: 'sft' });
    zoned.write('default/sft', lines(1));
    expect((await logs('')).body.data[0]!.timestamp).toBe('2026-02-27T22:57:01Z');
  });

  test('counts 0 on a page past the end and nothing for steps and tasks that do not exist', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(5));
    expect((await logs('?limit=5&page_cursor=nR4faMoz')).body).toMatchObject({ data: [], total: 0, next_page: null });
    expect((await logs('?step_id=none')).body).toEqual({ data: [], total: 0, next_page: null, prev_page: null });
  });

  test('filters by step name and task name, also by a task alone', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', [
      { time: START, message: 'a', step: 'download', task: 'task-1' },
      { time: START + 1000n, message: 'b', step: 'training', task: 'task-2' },
      { time: START + 2000n, message: 'c', step: 'training', task: 'task-3' },
    ]);
    const messages = async (query: string) => (await logs(query)).body.data.map(({ message }) => message);
    expect(await messages('?step_id=training')).toEqual(['b', 'c']);
    expect(await messages('?task_id=task-1')).toEqual(['a']);
    expect(await messages('?step_id=training&task_id=task-3')).toEqual(['c']);
  });

  test('fails on limits above 1000, any attempt id, names that its store does not accept, and bad cursors', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.createJob({ name: 'team+a@b' });
    const failed = { status: 500, body: { detail: 'Failed to query job logs' } };
    expect(await logs('?limit=1001')).toEqual(failed);
    expect((await logs('?limit=1000')).status).toBe(200);
    expect(await logs('?attempt_id=0')).toEqual(failed);
    expect(await logs('?step_id=a%20b')).toEqual(failed);
    expect(await logs(`?task_id=${'x'.repeat(129)}`)).toEqual(failed);
    expect(await logs('', 'team%2Ba%40b')).toEqual(failed);
    expect(await logs('?page_cursor=eyJwYWdlIjoiMg%3D%3D')).toEqual(failed);
    expect((await logs('?attempt_id=abc')).body).toMatchObject({ detail: [{ type: 'int_parsing' }] });
    expect((await logs('?limit=0')).status).toBe(422);
  });

  test('reports a bad cursor in the other dialects too', async () => {
    const nemo = await start({ badCursor: 422 });
    nemo.createJob({ name: 'sft' });
    expect(await logs('?page_cursor=0')).toEqual({ status: 422, body: { detail: 'Invalid page cursor' } });
  });

  test('returns pages newest first for a backward cursor made by hand', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(5));
    const { body } = await logs('?limit=2&page_cursor=nQqaWhbr');
    expect(body.data.map(({ message }) => message)).toEqual(['line 4', 'line 3']);
    expect(body.next_page).toBeNull();
    const older = (await logs(`?limit=2&page_cursor=${body.prev_page!}`)).body;
    expect(older.data.map(({ message }) => message)).toEqual(['line 2', 'line 1']);
  });

  test.each([
    ['null', { next_page: null, prev_page: null }],
    ['empty', { next_page: '', prev_page: '' }],
    ['missing', {}],
  ] as const)('marks the end as %s', async (nextPageAtEnd, end) => {
    const nemo = await start({ nextPageAtEnd });
    nemo.createJob({ name: 'sft' });
    expect((await logs('')).body).toEqual({ data: [], total: 0, ...end });
  });

  test('reorders lines of one instant from call to call on demand, and loses none', async () => {
    const nemo = await start({ shuffleTies: true });
    nemo.createJob({ name: 'sft' });
    nemo.write(
      'default/sft',
      lines(40, (index) => START + (index < 30 ? 0n : SECOND)),
    );
    const orders: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const messages = (await logs('')).body.data.map(({ message }) => message);
      expect(messages.toSorted()).toEqual(
        lines(40)
          .map(({ message }) => message)
          .toSorted(),
      );
      expect(messages.slice(30).every((message) => Number(message.slice(5)) >= 30)).toBe(true);
      orders.push(messages.join());
    }
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  test('forgets opaque tokens', async () => {
    const nemo = await start({ tokens: 'opaque', badCursor: 422 });
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(10));
    expect(await walk(3)).toEqual(lines(10).map(({ message }) => message));
    const token = (await logs('?limit=3')).body.next_page!;
    expect((await logs(`?limit=3&page_cursor=${token}`)).status).toBe(200);
    nemo.expireTokens();
    expect((await logs(`?limit=3&page_cursor=${token}`)).status).toBe(422);
  });

  test('forgets an opaque token after a number of others', async () => {
    const nemo = await start({ tokens: 'opaque', tokenLifetime: 1 });
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(10));
    const token = (await logs('?limit=9')).body.next_page!;
    await logs('?limit=9');
    expect((await logs(`?limit=9&page_cursor=${token}`)).status).toBe(400 + 100);
  });

  test('keeps lines in order when late ones are written', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    const all = lines(60);
    nemo.write(
      'default/sft',
      all.filter((_, index) => index % 3 === 0),
    );
    nemo.write('default/sft', all.filter((_, index) => index % 3 === 2).reverse());
    nemo.write(
      'default/sft',
      all.filter((_, index) => index % 3 === 1),
    );
    nemo.write('default/sft', [{ time: all[0]!.time, message: 'same instant', step: 'training' }]);
    const messages = await walk(7);
    expect(messages).toEqual(['line 0', 'same instant', ...all.slice(1).map(({ message }) => message)]);
  });

  test('serves a computed log of a million lines from any page, mixed with written ones', async () => {
    const nemo = await start();
    nemo.createJob({ name: 'sft' });
    let computed = 0;
    nemo.generate('default/sft', 1_000_000, (index) => {
      computed += 1;
      return { time: START + BigInt(index) * SECOND, message: `line ${index}`, step: 'training' };
    });
    nemo.write('default/sft', [{ time: START + 500_000n * SECOND + 1000n, message: 'late', step: 'training' }]);
    expect((await logs('?limit=1000')).body.total).toBe(1_000_001);
    // Page 501 begins with the line after the 500,000th.
    const { encodePage } = await import('../../src/sandbox/nemo/page-tokens.ts');
    const deep = (await logs(`?limit=1000&page_cursor=${encodePage({ page: 501, direction: 0 })}`)).body;
    expect(deep.data.slice(0, 3).map(({ message }) => message)).toEqual(['line 500000', 'late', 'line 500001']);
    expect(computed).toBeLessThan(10_000);
  });

  test('serves the logs of the current attempt, and in generation C those of any', async () => {
    const nemo = await start({ generation: 'C' });
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', [{ time: START, message: 'old' }]);
    nemo.startAttempt('default/sft');
    nemo.write('default/sft', [{ time: START + SECOND, message: 'new' }]);
    const [first] = nemo.attempts('default/sft');
    expect((await logs('')).body.data.map(({ message }) => message)).toEqual(['new']);
    expect((await logs(`?attempt_id=${first!}`)).body.data.map(({ message }) => message)).toEqual(['old']);
    expect((await logs('?attempt_id=current')).body.data.map(({ message }) => message)).toEqual(['new']);
    expect((await logs('?attempt_id=none')).status).toBe(404);
    nemo.writeTo('default/sft', first!, [{ time: START - SECOND, message: 'late' }]);
    expect((await logs('')).body.data.map(({ message }) => message)).toEqual(['new']);
    expect((await logs(`?attempt_id=${first!}`)).body.data.map(({ message }) => message)).toEqual(['late', 'old']);
  });

  test('in generation B accepts a tail alone and larger limits, and matches nothing by a number', async () => {
    const nemo = await start({ generation: 'B' });
    nemo.createJob({ name: 'sft' });
    nemo.write('default/sft', lines(10));
    expect((await logs('?tail=2')).body).toMatchObject({ data: [{ message: 'line 8' }, { message: 'line 9' }] });
    expect((await logs('?tail=2&limit=5')).status).toBe(400);
    expect((await logs('?limit=10000')).status).toBe(200);
    expect((await logs('?limit=10001')).body).toMatchObject({ detail: [{ type: 'less_than_equal' }] });
    expect((await logs('?attempt_id=0')).body).toMatchObject({ data: [], total: 0 });
  });
});

describe('the simulation', () => {
  test('answers no other paths and no writing methods', async () => {
    await start();
    expect((await get('/apis/jobs/v2/execution')).body).toEqual({ detail: 'Not Found' });
    expect((await get(`${JOBS}/sft/colours`)).body).toEqual({ detail: 'Not Found' });
    const reply = await request(`${server!.origin}${JOBS}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SANDBOX_TOKEN}` },
    });
    expect([reply.statusCode, await reply.body.json()]).toEqual([405, { detail: 'Method Not Allowed' }]);
  });

  test('ends the running steps of a job that ends, and forgets all jobs on clear', async () => {
    const nemo = await start();
    const key = nemo.createJob({ name: 'sft' });
    nemo.write(key, lines(1));
    nemo.setStatus(key, 'FAILED');
    expect((await get(`${JOBS}/sft/status`)).body).toMatchObject({
      status: 'error',
      steps: [{ status: 'error', tasks: [{ status: 'error' }] }],
    });
    nemo.clear();
    expect((await get(JOBS)).body).toMatchObject({ data: [], pagination: { total_results: 0 } });
  });
});
