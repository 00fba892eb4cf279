import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '../../src/sandbox/deepset/dialect.ts';
import { fillDeepset } from '../../src/sandbox/deepset/demo.ts';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import type { SimulatedDeepset } from '../../src/sandbox/deepset/index.ts';
import { parseFilter } from '../../src/sandbox/deepset/odata.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { anyCharacter } from '../support/any-character.ts';

/** 2025-05-23T10:33:04.157182Z */
const START = 1_747_996_384_157_182_000n;
const MICROSECOND = 1_000n;

let simulation: SimulatedDeepset;
let server: VendorServer;

beforeAll(async () => {
  simulation = simulateDeepset({ token: 'api_test', workspaces: ['production', 'my lab/ü'] });
  server = await startVendorServer(simulation);
});
afterAll(() => server.close());
beforeEach(() => {
  simulation.clear();
  server.clearFaults();
  server.resetCalls();
  Object.assign(simulation.dialect, DEFAULT_DIALECT);
});

interface LogsBody {
  readonly data: readonly { log_id: string; logged_at: string; message: string; level: string; origin: string }[];
  readonly has_more: boolean;
  readonly total: number | null;
}

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.origin}/api/v1/workspaces/${path}`, {
    headers: { authorization: 'Bearer api_test', ...headers },
  });
}

async function logs(query: Record<string, string> = {}, name = 'rag'): Promise<LogsBody> {
  const response = await ask(`production/pipelines/${name}/logs?${new URLSearchParams(query).toString()}`);
  expect(response.status).toBe(200);
  return (await response.json()) as LogsBody;
}

function lines(count: number, step = MICROSECOND): { time: bigint; message: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * step,
    message: `line ${index}`,
  }));
}

function messages(body: LogsBody): readonly string[] {
  return body.data.map(({ message }) => message);
}

describe('access', () => {
  test('requires the key as a bearer token', async () => {
    expect((await ask('production/pipelines', { authorization: 'api_test' })).status).toBe(401);
    expect((await ask('production/pipelines', { authorization: 'Bearer api_other' })).status).toBe(401);
    expect((await ask('production/pipelines')).status).toBe(200);
  });

  test('answers a refused key with JSON, or with the page of the proxy', async () => {
    const refused = await ask('production/pipelines', { authorization: 'Bearer x' });
    expect(await refused.json()).toEqual({ detail: 'Invalid API key.' });
    simulation.dialect.errorPages = 'html';
    const page = await ask('production/pipelines', { authorization: 'Bearer x' });
    expect(page.headers.get('content-type')).toBe('text/html');
    expect(await page.text()).toContain('<h1>401 Unauthorized</h1>');
  });

  test('knows neither other workspaces nor other paths', async () => {
    expect((await ask('staging/pipelines')).status).toBe(404);
    expect((await ask('production/pipelines/rag')).status).toBe(404);
    expect((await ask('production/indexes')).status).toBe(404);
  });
});

describe('pipelines', () => {
  test('come newest first, 10 unless asked otherwise, by page number from 1', async () => {
    for (let index = 0; index < 12; index += 1)
      simulation.createJob({ name: `p${index}`, createdAt: START + BigInt(index) });
    const first = (await (await ask('production/pipelines')).json()) as { data: { name: string }[]; has_more: boolean };
    expect(first.data.map(({ name }) => name)).toEqual(['p11', 'p10', 'p9', 'p8', 'p7', 'p6', 'p5', 'p4', 'p3', 'p2']);
    expect(first).toMatchObject({ has_more: true, total: 12 });
    const second = (await (await ask('production/pipelines?page_number=2')).json()) as typeof first;
    expect(second.data.map(({ name }) => name)).toEqual(['p1', 'p0']);
    expect(second.has_more).toBe(false);
  });

  test('continue with before the last id, which does not mix with page numbers', async () => {
    for (let index = 0; index < 3; index += 1)
      simulation.createJob({ name: `p${index}`, createdAt: START + BigInt(index) });
    const first = (await (await ask('production/pipelines?limit=1')).json()) as { data: { pipeline_id: string }[] };
    const id = first.data[0]!.pipeline_id;
    const next = (await (await ask(`production/pipelines?limit=5&before=${id}`)).json()) as {
      data: { name: string }[];
    };
    expect(next.data.map(({ name }) => name)).toEqual(['p1', 'p0']);
    expect((await ask(`production/pipelines?page_number=1&before=${id}`)).status).toBe(400);
    expect((await ask('production/pipelines?limit=101')).status).toBe(422);
  });

  test('are found by names with spaces, slashes and other scripts, also in a workspace with such a name', async () => {
    simulation.createJob({ workspace: 'my lab/ü', name: '50% / ..', status: 'FAILED' });
    const path = `${encodeURIComponent('my lab/ü')}/pipelines/${encodeURIComponent('50% / ..')}`;
    expect(await (await ask(path)).json()).toMatchObject({ name: '50% / ..', status: 'DEPLOYMENT_FAILED' });
  });
});

describe('logs', () => {
  beforeEach(() => {
    simulation.createJob({ name: 'rag' });
  });

  test('come newest first, 10 unless asked otherwise, with microseconds', async () => {
    simulation.write('production/rag', lines(12));
    const body = await logs();
    expect(messages(body)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${11 - index}`));
    expect(body.data.at(0)?.logged_at).toBe('2025-05-23T10:33:04.157193Z');
    expect(body).toMatchObject({ has_more: true, total: 12 });
    expect(body.data[0]).toEqual({
      log_id: expect.stringMatching(/^[\w-]{20}$/) as unknown,
      message: 'line 11',
      logged_at: '2025-05-23T10:33:04.157193Z',
      level: 'info',
      origin: 'querypipeline',
      exceptions: null,
      extra_fields: null,
    });
  });

  test('continue strictly after a time in the direction of the order', async () => {
    simulation.write('production/rag', lines(5));
    const after = '2025-05-23T10:33:04.157184Z';
    expect(messages(await logs({ after, order: 'ASC' }))).toEqual(['line 3', 'line 4']);
    expect(messages(await logs({ after, order: 'DESC' }))).toEqual(['line 1', 'line 0']);
    simulation.dialect.after = 'inclusive';
    expect(messages(await logs({ after, order: 'ASC' }))).toEqual(['line 2', 'line 3', 'line 4']);
    expect(messages(await logs({ after, order: 'DESC' }))).toEqual(['line 2', 'line 1', 'line 0']);
  });

  test('lose the ties of a page boundary, as the real service does', async () => {
    simulation.write('production/rag', [...lines(2), ...lines(2)]);
    const first = await logs({ limit: '1', order: 'ASC' });
    const rest = await logs({ after: first.data[0]!.logged_at, order: 'ASC' });
    expect(messages(rest)).toEqual(['line 1', 'line 1']);
  });

  test.each([
    ['limit=0'],
    ['limit=-1'],
    ['limit=101'],
    ['limit=ten'],
    ['order=asc'],
    ['after=yesterday'],
    // An unencoded plus is a space by the time it is read.
    ['after=2025-05-23T10:33:04+00:00'],
  ])('refuse %s with 422', async (query) => {
    const response = await ask(`production/pipelines/rag/logs?${query}`);
    expect(response.status).toBe(422);
    const name = query.split('=')[0];
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['query', name] }] });
  });

  test('accept an encoded offset, and drop or refuse digits beyond microseconds', async () => {
    simulation.write('production/rag', lines(3));
    expect((await logs({ after: '2025-05-23T12:33:04.157182+02:00', order: 'ASC' })).data).toHaveLength(2);
    expect((await logs({ after: '2025-05-23T10:33:04.157182999Z', order: 'ASC' })).data).toHaveLength(2);
    simulation.dialect.afterDigits = 'refused';
    const refused = await ask('production/pipelines/rag/logs?after=2025-05-23T10:33:04.157182999Z');
    expect(refused.status).toBe(422);
  });

  test('are filtered by equalities joined with `and`; any other filter is refused with 400', async () => {
    simulation.write('production/rag', [
      { time: START, message: 'a', severity: 'error' },
      { time: START, message: 'b', severity: 'error', step: 'haystack' },
      { time: START, message: 'c', severity: 'warn', step: 'haystack' },
    ]);
    const both = await logs({ filter: "level eq 'error' and origin eq 'haystack'" });
    expect(messages(both)).toEqual(['b']);
    expect(both.total).toBe(1);
    expect((await logs({ filter: "level eq 'ERROR'" })).data).toEqual([]);
    const refused = [
      'level eq error',
      "level ne 'error'",
      "level eq 'a' or level eq 'b'",
      "message eq 'a'",
      "level eq 'a",
      '',
    ];
    for (const filter of [...refused, 'logged_at ge 2025-05-23T00:00:00Z']) {
      expect((await ask(`production/pipelines/rag/logs?${new URLSearchParams({ filter }).toString()}`)).status).toBe(
        400,
      );
    }
    simulation.dialect.filterable = ['logged_at'];
    expect((await logs({ filter: 'logged_at ge 2025-05-23T00:00:00Z' })).data).toHaveLength(3);
    expect((await ask(`production/pipelines/rag/logs?filter=level eq 'error'`)).status).toBe(400);
  });

  test('order ties by id, by arrival, or by arrival in both directions', async () => {
    simulation.write(
      'production/rag',
      Array.from({ length: 8 }, (_, index) => ({ time: START, message: String(index) })),
    );
    const idsOf = async (order: string): Promise<string[]> => (await logs({ order })).data.map(({ log_id }) => log_id);
    const ids = await idsOf('ASC');
    expect(ids).toEqual([...ids].sort());
    expect(await idsOf('DESC')).toEqual([...ids].reverse());
    simulation.dialect.tieOrder = 'insertion';
    expect(messages(await logs({ order: 'ASC' }))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(messages(await logs({ order: 'DESC' }))).toEqual(['7', '6', '5', '4', '3', '2', '1', '0']);
    simulation.dialect.tieOrder = 'unreversed';
    expect(messages(await logs({ order: 'DESC' }))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  test('are counted as the dialect says', async () => {
    simulation.write('production/rag', lines(5));
    const after = '2025-05-23T10:33:04.157183Z';
    expect((await logs({ after, order: 'ASC' })).total).toBe(5);
    simulation.dialect.totalAfter = 'remaining';
    expect((await logs({ after, order: 'ASC' })).total).toBe(3);
    simulation.dialect.total = { cap: 2 };
    expect((await logs()).total).toBe(2);
    simulation.dialect.total = 'null';
    expect((await logs()).total).toBeNull();
  });

  test('are empty, or not found, for a pipeline without any', async () => {
    expect(await logs()).toEqual({ data: [], has_more: false, total: 0 });
    simulation.dialect.emptyPageSaysMore = true;
    expect(await logs()).toEqual({ data: [], has_more: true, total: 0 });
    simulation.dialect.emptyLogs = 'not-found';
    expect((await ask('production/pipelines/rag/logs')).status).toBe(404);
  });

  test('come as CSV on request, and for any other list of types in one dialect', async () => {
    simulation.writeRecords('production/rag', [
      { time: START, message: 'a "b"', level: 'info', origin: 'haystack', extra_fields: { 'dd.env': 'x' } },
    ]);
    const csv = await ask('production/pipelines/rag/logs', { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv');
    const [header, row] = (await csv.text()).split('\r\n');
    expect(header).toBe('log_id,message,logged_at,level,origin,exceptions,extra_fields');
    expect(row).toMatch(/^[\w-]{20},"a ""b""",2025-05-23T10:33:04.157182Z,info,haystack,,"\{""dd.env"":""x""\}"$/);
    const path = 'production/pipelines/rag/logs';
    expect((await ask(path, { accept: 'application/json, */*' })).headers.get('content-type')).toBe('application/json');
    simulation.dialect.csvUnlessExactlyJson = true;
    expect((await ask(path, { accept: 'application/json, */*' })).headers.get('content-type')).toBe('text/csv');
    expect((await ask(path, { accept: 'application/json' })).headers.get('content-type')).toBe('application/json');
  });

  test('include written lines on a page in the middle of 1,000,000 computed ones', async () => {
    let computed = 0;
    simulation.generate('production/rag', 1_000_000, (index) => {
      computed += 1;
      return { time: START + BigInt(index) * MICROSECOND, message: `line ${index}` };
    });
    simulation.write('production/rag', [{ time: START + 500_000n * MICROSECOND, message: 'late' }]);
    simulation.dialect.tieOrder = 'insertion';
    const after = '2025-05-23T10:33:04.657181Z';
    const body = await logs({ after, order: 'ASC', limit: '3' });
    expect(messages(body)).toEqual(['line 500000', 'late', 'line 500001']);
    expect(body.total).toBe(1_000_001);
    expect(computed).toBeLessThan(40);
    const again = await logs({ after, order: 'ASC', limit: '3' });
    expect(again.data.map(({ log_id }) => log_id)).toEqual(body.data.map(({ log_id }) => log_id));
  });

  test('fail on demand with the error page of a proxy', async () => {
    server.inject({ kinds: ['logs'], times: 1, what: { do: 'status', status: 504, body: '<html>504</html>' } });
    const broken = await ask('production/pipelines/rag/logs');
    expect([broken.status, broken.headers.get('content-type')]).toEqual([504, 'text/html']);
    expect((await ask('production/pipelines/rag/logs')).status).toBe(200);
    expect(server.calls.map(({ kind, status }) => [kind, status])).toEqual([
      ['logs', 504],
      ['logs', 200],
    ]);
  });
});

describe('a filter', () => {
  test('compares with the literal between its quotes, whatever that contains', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string(), (value, other) => {
        const filter = `level eq '${value.replaceAll("'", "''")}' and origin eq 'haystack'`;
        const matches = parseFilter(filter, ['level', 'origin']);
        expect(matches?.({ level: value, origin: 'haystack', time: 0n })).toBe(true);
        expect(matches?.({ level: other, origin: 'haystack', time: 0n })).toBe(other === value);
        expect(matches?.({ level: value, origin: 'unknown', time: 0n })).toBe(false);
      }),
    );
  });
});

describe('a limit of 0 or less', () => {
  test.each(['0', '-5'])('%s is refused, or means the default', async (limit) => {
    simulation.createJob({ name: 'rag' });
    const key = simulation.createJob({ name: 'busy' });
    simulation.write(key, lines(25));
    const answer = () => ask(`production/pipelines/busy/logs?limit=${limit}`);
    expect((await answer()).status).toBe(422);
    expect((await ask(`production/pipelines?limit=${limit}`)).status).toBe(422);
    simulation.dialect.smallLimit = 'default';
    expect(((await (await answer()).json()) as LogsBody).data).toHaveLength(10);
    expect((await ask(`production/pipelines?limit=${limit}`)).status).toBe(200);
  });
});

describe('the demo', () => {
  const NOW = START + 10_000_000_000_000n;

  test('has pipelines in every state, one of them growing', async () => {
    const demo = fillDeepset(simulation, NOW);
    const body = (await (await ask('production/pipelines')).json()) as { data: { name: string; status: string }[] };
    expect(body.data.map(({ name, status }) => [name, status])).toEqual([
      ['claims-triage-v2', 'DEPLOYMENT_IN_PROGRESS'],
      ['support-chat', 'DEPLOYED'],
      ['Häufige Fragen / FAQ 100% 🚀', 'UNDEPLOYED'],
      ['contract-search', 'DEPLOYMENT_FAILED'],
      ['manuals-indexing', 'DEPLOYED'],
      ['manuals-rag', 'DEPLOYED'],
    ]);
    const before = (await logs({}, 'support-chat')).total ?? 0;
    demo.grow(NOW);
    expect((await logs({}, 'support-chat')).total).toBe(before);
    demo.grow(NOW + 60_000_000_000n);
    expect((await logs({}, 'support-chat')).total).toBeGreaterThan(before + 40);
  });

  test('has errors with their stacks', async () => {
    fillDeepset(simulation, NOW);
    const body = await logs({ filter: "level eq 'error'" }, 'manuals-rag');
    expect(body.data).toMatchObject([
      { exceptions: [{ type: 'RateLimitError', trace: [{ line_number: 214 }, {}] }, { type: 'PipelineRuntimeError' }] },
    ]);
  });
});
