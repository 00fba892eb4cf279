import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fillSoftwareOne } from '../../src/sandbox/softwareone/demo.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import type { SoftwareOneSimulation } from '../../src/sandbox/softwareone/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const START = 1_757_598_013_515_000_000n; // 2025-09-11T13:40:13.515Z
const MILLISECOND = 1_000_000n;

let simulation: SoftwareOneSimulation;
let server: VendorServer;

beforeEach(async () => {
  simulation = simulateSoftwareOne({ now: () => Number(START / MILLISECOND) });
  server = await startVendorServer(simulation);
});
afterEach(() => server.close());

interface Row {
  readonly id: string;
  readonly [property: string]: unknown;
}

interface List {
  readonly $meta: {
    readonly pagination: { readonly offset: number; readonly limit: number; readonly total: number | null };
    readonly omitted: readonly string[];
  };
  readonly data: readonly Row[];
}

interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly errors?: unknown;
}

async function ask(path: string, token = simulation.token): Promise<{ status: number; body: unknown }> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.origin}/public/v1/system/tasks${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

async function list(path: string): Promise<List> {
  const { status, body } = await ask(path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as List;
}

async function refusal(path: string, token?: string): Promise<Problem> {
  const { status, body } = await ask(path, token);
  expect(status).toBeGreaterThanOrEqual(400);
  return body as Problem;
}

function lines(count: number, step = MILLISECOND): { time: bigint; message: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * step,
    message: `line ${index}`,
  }));
}

function messages(page: List): unknown[] {
  return page.data.map((row) => row['message']);
}

describe('authorisation', () => {
  test('answers 401 without a token and with a wrong one', async () => {
    expect(await refusal('', '')).toMatchObject({ status: 401, title: 'Unauthorized' });
    expect(await refusal('', 'wrong')).toMatchObject({ status: 401 });
  });

  test('lets vendor accounts read tasks but not logs', async () => {
    const key = simulation.createJob();
    expect((await ask('', simulation.vendorToken)).status).toBe(200);
    expect((await ask(`/${key}`, simulation.vendorToken)).status).toBe(200);
    expect(await refusal(`/${key}/logs`, simulation.vendorToken)).toMatchObject({ status: 403, title: 'Forbidden' });
  });
});

describe('the tasks API', () => {
  test('returns one task without its audit unless that is selected', async () => {
    const key = simulation.createJob({ name: 'A transfer', status: 'SUCCEEDED', object: 'BUY-1' });
    const plain = (await ask(`/${key}`)).body as Row;
    expect(plain).toMatchObject({
      id: key,
      name: 'A transfer',
      status: 'Completed',
      object: { id: 'BUY-1' },
      parent: null,
    });
    expect(plain).not.toHaveProperty('audit');
    const selected = (await ask(`/${key}?select=%2Baudit`)).body as Row;
    expect(selected['audit']).toMatchObject({ created: { at: '2025-09-11T13:40:13.515Z' } });
  });

  test('answers 404 as problem details for an unknown task', async () => {
    expect(await refusal('/TSK-0000-0000-0000-0000')).toMatchObject({ status: 404, title: 'Not Found' });
    expect((await ask('/TSK-0000-0000-0000-0000/logs')).status).toBe(404);
  });

  test('filters by ids, by parent and by status', async () => {
    const parent = simulation.createJob({ name: 'Parent' });
    const child = simulation.createJob({ name: 'Child', parent, status: 'FAILED' });
    const ids = async (query: string): Promise<string[]> => (await list(`?${query}`)).data.map((row) => row.id);
    expect(await ids(`in(id,("${parent}","${child}"))`)).toEqual([parent, child]);
    expect(await ids(`eq(parent.id,"${parent}")`)).toEqual([child]);
    expect(await ids('eq(parent.id,null())')).toEqual([parent]);
    expect(await ids('status=Failed')).toEqual([child]);
    expect(await ids(`ilike(name,"*HILD*")`)).toEqual([child]);
  });

  test('orders by audit only when audit is selected', async () => {
    const older = simulation.createJob({ createdAt: 1_000 });
    const newer = simulation.createJob({ createdAt: 2_000 });
    expect(await refusal('?order=-audit.created.at')).toMatchObject({
      errors: { 'audit.created.at': ['Ordering is not permitted.'] },
    });
    const page = await list('?select=audit&order=-audit.created.at,-id');
    expect(page.data.map((row) => row.id)).toEqual([newer, older]);
    expect(page.$meta.omitted).toEqual([]);
  });
});

describe('pages of logs', () => {
  test('come newest first, ten at a time, and name what they omit', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(25));
    const page = await list(`/${key}/logs`);
    expect(page.$meta).toEqual({ pagination: { offset: 0, limit: 10, total: 25 }, omitted: ['audit'] });
    expect(messages(page).slice(0, 2)).toEqual(['line 24', 'line 23']);
    expect(page.data[0]).toMatchObject({
      id: expect.stringMatching(/^TLR(-\d{4}){4}$/) as unknown,
      severity: 'Info',
      timestamp: '2025-09-11T13:40:13.539Z',
      task: { id: key, status: 'Processing' },
      progress: null,
      eta: null,
      parameters: null,
    });
  });

  test('are cut to 100 without an error, for any requested size and any default', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(150));
    expect((await list(`/${key}/logs?limit=500`)).$meta.pagination).toEqual({ offset: 0, limit: 100, total: 150 });
    simulation.configure({ defaultLimit: 1000 });
    expect((await list(`/${key}/logs`)).data).toHaveLength(100);
  });

  test('have a count and no rows for limit=0, and the defaults for an invalid number', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(12));
    expect(await list(`/${key}/logs?limit=0`)).toMatchObject({
      $meta: { pagination: { limit: 0, total: 12 } },
      data: [],
    });
    expect((await list(`/${key}/logs?limit=many&offset=x`)).$meta.pagination).toMatchObject({ offset: 0, limit: 10 });
  });

  test('may omit the total', async () => {
    const key = simulation.createJob();
    simulation.configure({ totals: false });
    expect((await list(`/${key}/logs`)).$meta.pagination.total).toBeNull();
  });

  test('are ordered by several keys, with plus, space or nothing for ascending', async () => {
    const key = simulation.createJob();
    simulation.write(key, [...lines(3, 0n), { time: START - MILLISECOND, message: 'first' }]);
    const ascending = await list(`/${key}/logs?order=timestamp,id`);
    const ids = ascending.data.slice(1).map((row) => row.id);
    expect(messages(ascending)[0]).toBe('first');
    expect(ids).toEqual([...ids].sort());
    for (const order of ['%2Btimestamp,%2Bid', '+timestamp,+id']) {
      expect((await list(`/${key}/logs?order=${order}`)).data).toEqual(ascending.data);
    }
    expect((await list(`/${key}/logs?order=-timestamp,-id`)).data).toEqual([...ascending.data].reverse());
    const mixed = await list(`/${key}/logs?order=-message,timestamp`);
    expect(messages(mixed)).toEqual(['line 2', 'line 1', 'line 0', 'first']);
  });

  test('keep rows of equal time as they were stored when they are ordered by time alone', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(5, 0n));
    const stored = ['line 0', 'line 1', 'line 2', 'line 3', 'line 4'];
    expect(messages(await list(`/${key}/logs?order=timestamp`))).toEqual(stored);
    expect(messages(await list(`/${key}/logs?order=-timestamp`))).toEqual(stored);
  });

  test('are bounded by time on both sides, together with the rest of the filter', async () => {
    const key = simulation.createJob();
    simulation.write(
      key,
      lines(50).map((line, index) => ({ ...line, severity: index % 2 === 0 ? 'info' : 'error' })),
    );
    const filter = 'and(ge(timestamp,"2025-09-11T13:40:13.520Z"),lt(timestamp,"2025-09-11T13:40:13.525Z"))';
    const page = await list(`/${key}/logs?${filter}&order=timestamp,id`);
    expect(messages(page)).toEqual(['line 5', 'line 6', 'line 7', 'line 8', 'line 9']);
    const errors = await list(`/${key}/logs?${filter}&in(severity,("Error","Failure"))&order=timestamp`);
    expect(messages(errors)).toEqual(['line 5', 'line 7', 'line 9']);
    expect(errors.$meta.pagination.total).toBe(3);
  });

  test('show the present status of the task, and the selected properties', async () => {
    const key = simulation.createJob({ name: 'T' });
    simulation.write(key, lines(1));
    simulation.setNativeStatus(key, 'Rescheduled');
    expect((await list(`/${key}/logs`)).data[0]?.['task']).toMatchObject({ status: 'Rescheduled' });
    const narrow = await list(`/${key}/logs?select=-*,%2Bid,message`);
    expect(Object.keys(narrow.data[0] ?? {})).toEqual(['id', 'message']);
    expect(narrow.$meta.omitted).toContain('parameters');
  });

  test('write an eta with a space, as the documentation does, or without', async () => {
    const key = simulation.createJob();
    simulation.write(key, [{ time: START, message: 'm', progress: 0, eta: Number(START / MILLISECOND) }]);
    expect((await list(`/${key}/logs`)).data[0]).toMatchObject({ eta: '2025-09-11 13:40:13.515Z', progress: 0 });
    simulation.configure({ etaWithSpace: false });
    expect((await list(`/${key}/logs`)).data[0]).toMatchObject({ eta: '2025-09-11T13:40:13.515Z' });
  });
});

describe('wrong queries', () => {
  const cases: readonly [query: string, errors: unknown][] = [
    ['rql=eq(severity,Info)', { query: ['Invalid equals shortcut expression'] }],
    ['timestamp=lt=2025-09-11', { query: ['Invalid equals shortcut expression'] }],
    ['gte(timestamp,"2025-09-11")', { gte: ['Unknown expression group.'] }],
    ['eq(colour,"red")', { colour: ['Invalid property path.'] }],
    ['eq(severity,"Loud")', { severity: ["Cannot convert value: 'Loud'."] }],
    ['ge(timestamp,"soon")', { timestamp: ["Cannot convert value: 'soon'."] }],
    ['in(severity,())', { severity: ['Value has to be a non empty array.'] }],
    ['eq(severity, "Info")', { query: ['Unknown expression group.'] }],
    ['order=colour', { colour: ['Invalid property path.'] }],
    ['select=colour', { colour: ['Invalid property path.'] }],
  ];

  test.each(cases)('%s is answered with 400 and its own problem', async (query, errors) => {
    const key = simulation.createJob();
    expect(await refusal(`/${key}/logs?${query}`)).toMatchObject({ status: 400, errors });
  });

  test('have their problems as an array in one dialect', async () => {
    const key = simulation.createJob();
    simulation.configure({ errorShape: 'array' });
    const errors = [{ message: 'Unknown expression group.', properties: ['gte'] }];
    expect(await refusal(`/${key}/logs?gte(progress,1)`)).toMatchObject({ errors });
  });

  test('may name an unknown operator, and may treat a letter with a combining mark as another letter', async () => {
    const job = simulation.createJob();
    simulation.write(job, [{ time: START, message: 'cafe\u0301 1' }]);
    const found = async (pattern: string): Promise<number> =>
      (await list(`/${job}/logs?ilike(message,%22${encodeURIComponent(pattern)}%22)`)).data.length;
    expect([await found('*cafe*'), await found('*caf*')]).toEqual([1, 1]);
    simulation.configure({ composesText: true });
    expect([await found('*cafe*'), await found('*caf*'), await found('*café*')]).toEqual([0, 1, 1]);
    simulation.configure({ unknownOperators: ['ilike'] });
    expect(await refusal(`/${job}/logs?ilike(message,%22*a*%22)`)).toMatchObject({
      status: 400,
      errors: { ilike: ['Unknown expression group.'] },
    });
  });

  test('include those that a switch forbids', async () => {
    const key = simulation.createJob();
    simulation.configure({ unfilterable: ['severity'], unorderable: ['id'] });
    expect(await refusal(`/${key}/logs?eq(severity,"Info")`)).toMatchObject({
      errors: { severity: ['Filtering is not permitted.'] },
    });
    expect(await refusal(`/${key}/logs?order=timestamp,id`)).toMatchObject({
      errors: { id: ['Ordering is not permitted.'] },
    });
    expect((await list(`/${key}/logs?eq(progress,1)&order=timestamp`)).data).toEqual([]);
  });

  test('have no effect where filters and orders are silently ignored', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(3));
    simulation.configure({ ignoresFilters: true, ignoresOrder: true });
    const page = await list(`/${key}/logs?eq(severity,"Error")&order=timestamp`);
    expect(messages(page)).toEqual(['line 2', 'line 1', 'line 0']);
  });
});

describe('long logs', () => {
  test('return a page anywhere in a million computed lines without reading the others', async () => {
    const key = simulation.createJob();
    let computed = 0;
    simulation.generate(key, 1_000_000, (index) => {
      computed += 1;
      return { time: START + BigInt(Math.floor(index / 3)) * MILLISECOND, message: `line ${index}` };
    });
    const deep = await list(`/${key}/logs?order=timestamp,id&offset=700000&limit=2`);
    expect(messages(deep)).toEqual(['line 700000', 'line 700001']);
    expect(deep.$meta.pagination.total).toBe(1_000_000);
    expect(messages(await list(`/${key}/logs?order=-timestamp,-id&limit=1`))).toEqual(['line 999999']);
    const late = await list(`/${key}/logs?ge(timestamp,"2025-09-11T13:45:46.847Z")&order=timestamp&limit=1`);
    expect(late.$meta.pagination.total).toBe(1_000_000 - 999_996);
    expect(messages(await list(`/${key}/logs?limit=3`))).toEqual(['line 999999', 'line 999996', 'line 999997']);
    expect(computed).toBeLessThan(1_000);
  });

  test('include written lines among the computed ones', async () => {
    const key = simulation.createJob();
    simulation.generate(key, 10, (index) => ({ time: START + BigInt(index) * MILLISECOND, message: `line ${index}` }));
    simulation.write(key, [
      { time: START + 4n * MILLISECOND, message: 'late' },
      { time: START + 20n * MILLISECOND, message: 'new' },
      { time: START - 1n * MILLISECOND, message: 'early' },
    ]);
    const page = await list(`/${key}/logs?order=timestamp,id&limit=100`);
    expect(messages(page)).toEqual([
      ...['early', 'line 0', 'line 1', 'line 2', 'line 3', 'late', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8'],
      ...['line 9', 'new'],
    ]);
    for (const [offset, message] of messages(page).entries()) {
      expect(messages(await list(`/${key}/logs?order=timestamp,id&limit=1&offset=${offset}`))).toEqual([message]);
    }
  });
});

describe('the simulation', () => {
  test('distinguishes the kinds of requests', async () => {
    const key = simulation.createJob();
    await ask('?limit=1');
    await ask(`?in(id,(%22${key}%22))`);
    await ask(`?eq(parent.id,%22${key}%22)`);
    await ask(`/${key}`);
    await ask(`/${key}/logs`);
    expect(server.calls.map(({ kind }) => kind)).toEqual(['jobs', 'job', 'tasks', 'job', 'logs']);
  });

  test('forgets everything', async () => {
    simulation.createJob();
    simulation.clear();
    expect((await list('')).data).toEqual([]);
  });
});

describe('a list that is asked for as a stream', () => {
  async function stream(path: string): Promise<Response> {
    return fetch(`${server.origin}/public/v1/system/tasks${path}`, {
      headers: {
        authorization: `Bearer ${simulation.token}`,
        accept: 'application/jsonl',
        'mpt-streaming': 'true',
      },
    });
  }

  test('is an ordinary first page where the vendor does not stream', async () => {
    const key = simulation.createJob();
    simulation.write(key, lines(25));
    const answer = await stream(`/${key}/logs`);
    expect(answer.headers.get('mpt-streaming')).toBeNull();
    expect(((await answer.json()) as List).data).toHaveLength(10);
  });

  test('has all rows, one JSON text per line, where the vendor streams', async () => {
    simulation.configure({ streams: true });
    const key = simulation.createJob();
    simulation.write(key, lines(250));
    for (const [path, count] of [
      [`/${key}/logs?order=timestamp`, 250],
      ['', 1],
    ] as const) {
      const answer = await stream(path);
      expect(answer.headers.get('mpt-streaming')).toBe('true');
      const rows = (await answer.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
      expect(rows).toHaveLength(count);
    }
    expect((await list(`/${key}/logs`)).data).toHaveLength(10);
  });
});

describe('the demonstration', () => {
  test('has finished, failed, queued and rescheduled tasks, child tasks and one that grows', async () => {
    const demo = fillSoftwareOne(simulation, START);
    const roots = (await list('?eq(parent.id,null())&limit=100')).data;
    expect(roots.map((row) => row['status'])).toEqual([
      'Completed',
      'Completed',
      'Failed',
      'Rescheduled',
      'Queued',
      'Processing',
    ]);
    expect((await list(`?eq(parent.id,"${roots[1]!.id}")`)).data).toHaveLength(3);
    const growing = roots[5]!.id;
    const before = (await list(`/${growing}/logs`)).$meta.pagination.total!;
    demo.grow(START + 60_000_000_000n);
    expect((await list(`/${growing}/logs`)).$meta.pagination.total).toBe(before + 30);
    demo.grow(START + 3_600_000_000_000n);
    expect((await ask(`/${growing}`)).body).toMatchObject({ status: 'Completed', progress: 100 });
  });
});
