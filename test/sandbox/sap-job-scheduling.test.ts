import { afterEach, describe, expect, test } from 'vitest';
import { fillSap } from '../../src/sandbox/sap-job-scheduling/demo.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { overloaded, tooManyRequests } from '../vendors/sap-job-scheduling/limits.ts';
import type { SapOptions, SapSimulation } from '../../src/sandbox/sap-job-scheduling/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_447_474_762n * SECOND; // 2015-11-14T04:19:22Z
const BASIC = `Basic ${Buffer.from('sb-tributary-sandbox:sandbox-secret-of-sap').toString('base64')}`;

let servers: VendorServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function start(options: SapOptions = {}): Promise<{ simulation: SapSimulation; server: VendorServer }> {
  const simulation = simulateSap({ auth: 'basic', ...options });
  const server = await startVendorServer(simulation);
  servers.push(server);
  return { simulation, server };
}

async function ask(server: VendorServer, path: string, authorization: string = BASIC) {
  const response = await fetch(`${server.origin}${path}`, { headers: { authorization } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}

interface Page {
  readonly total: number;
  readonly results: readonly Record<string, unknown>[];
  readonly next_url?: string | null;
  readonly prev_url?: string | null;
}

async function page(server: VendorServer, path: string): Promise<Page> {
  const { status, body } = await ask(server, path);
  expect(status).toBe(200);
  return body;
}

function texts({ results }: Page): unknown[] {
  return results.map(({ runText }) => runText);
}

/** A job with numbered runs, one per second; gives the path of its runs. */
function numbered(simulation: SapSimulation, count: number): string {
  const key = simulation.createJob();
  const lines = Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * SECOND,
    message: String(index + 1),
  }));
  simulation.write(key, lines);
  return `/scheduler/jobs/${key}/schedules/${simulation.schedules(key)['default'] ?? ''}/runs`;
}

describe('authorisation', () => {
  async function token(server: VendorServer, authorization = BASIC, body = 'grant_type=client_credentials') {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${server.origin}/oauth/token`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  test('issues a token for client credentials and accepts it until it expires', async () => {
    const { simulation, server } = await start({ auth: 'oauth2' });
    const { status, body } = await token(server);
    const { access_token: accessToken, ...rest } = body;
    expect(status).toBe(200);
    // Clients read from the token itself when it ends.
    const [, payload = ''] = String(accessToken).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, number | string>;
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(43_199);
    expect(rest).toEqual({
      token_type: 'bearer',
      expires_in: 43_199,
      scope: 'jobscheduler.read',
      jti: claims['jti'],
    });
    const bearer = `Bearer ${String(accessToken)}`;
    expect((await ask(server, '/scheduler/jobs', bearer)).status).toBe(200);
    simulation.expireTokens();
    const refused = await ask(server, '/scheduler/jobs', bearer);
    expect(refused).toMatchObject({ status: 401, body: { code: 401, type: 'Unauthorized' } });
  });

  test('refuses other credentials and grants, and basic authorisation under a plan with tokens', async () => {
    const { server } = await start({ auth: 'oauth2' });
    expect(await token(server, 'Basic bm86bm8=')).toEqual({
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
    });
    expect((await token(server, BASIC, 'grant_type=password')).status).toBe(400);
    expect((await ask(server, '/scheduler/jobs')).status).toBe(401);
  });

  test('describes the configuration of its source for both plans', () => {
    expect(simulateSap().sourceConfig('http://h')).toEqual({
      vendor: 'sap-job-scheduling',
      baseUrl: 'http://h',
      auth: {
        type: 'oauth2-client-credentials',
        tokenUrl: 'http://h/oauth/token',
        clientId: 'sb-tributary-sandbox',
        clientSecret: 'sandbox-secret-of-sap',
      },
    });
    expect(simulateSap({ auth: 'basic' }).sourceConfig('http://h')).toMatchObject({ auth: { type: 'basic' } });
  });
});

describe('the list of jobs', () => {
  test('pages by ten, with links that omit every filter, and announces its change in headers', async () => {
    const { simulation, server } = await start();
    for (let index = 0; index < 23; index += 1) simulation.createJob({ name: `job number ${index}` });
    const { headers, body } = await ask(server, "/scheduler/jobs?filter=contains(name,'number')&offset=10");
    expect(body).toMatchObject({
      total: 23,
      prev_url: '/scheduler/jobs/?page_size=10&offset=0',
      next_url: '/scheduler/jobs/?page_size=10&offset=20',
    });
    expect((body as Page).results.map(({ jobId }) => jobId)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(headers.get('x-breaking-change-type')).toBe('pagination-required');
    const last = await page(server, '/scheduler/jobs?page_size=100&offset=20');
    expect([last.results.length, last.next_url]).toEqual([3, null]);
  });

  test('returns both ids, counts in capitals and a time with a space', async () => {
    const { simulation, server } = await start();
    const key = simulation.createJob({ name: 'nightly' });
    simulation.createSchedule(key, { active: false });
    const { results } = await page(server, '/scheduler/jobs');
    expect(results[0]).toMatchObject({
      jobId: 1,
      _id: 1,
      name: 'nightly',
      active: true,
      createdAt: '2026-01-05 06:00:00',
      ACTIVECOUNT: 1,
      INACTIVECOUNT: 1,
    });
  });

  test('finds one job by id or name as an object, and refuses paging with it', async () => {
    const { simulation, server } = await start();
    simulation.createJob({ name: 'nightly' });
    expect((await ask(server, '/scheduler/jobs?name=nightly')).body).toMatchObject({ _id: 1, name: 'nightly' });
    expect((await ask(server, '/scheduler/jobs?jobId=1&displaySchedules=true')).body).toHaveProperty('schedules');
    expect((await ask(server, '/scheduler/jobs?jobId=9')).status).toBe(404);
    expect(await ask(server, '/scheduler/jobs?jobId=1&page_size=5')).toMatchObject({
      status: 400,
      body: {
        code: 400,
        message: 'Error while fetching job details: Invalid query',
        type: 'Bad Request/Invalid Request',
        detailedError: 'Error while fetching job details: Invalid query',
      },
    });
  });

  test('refuses page sizes over 100 and invalid ones', async () => {
    const { server } = await start();
    for (const size of ['101', '0', '-1', 'x']) {
      expect((await ask(server, `/scheduler/jobs?page_size=${size}`)).body).toMatchObject({
        code: 400,
        message: 'Error while fetching list of jobs: Invalid Page Size',
      });
    }
  });

  test('in the old dialect returns all jobs at once, without links', async () => {
    const { simulation, server } = await start({ dialect: 'legacy' });
    for (let index = 0; index < 23; index += 1) simulation.createJob();
    const answer = await page(server, '/scheduler/jobs');
    expect([Object.keys(answer), answer.results.length]).toEqual([['total', 'results'], 23]);
  });
});

describe('schedules', () => {
  test('have text as data and no zone on their own route, but an object and a zone within their job', async () => {
    const { simulation, server } = await start();
    const key = simulation.addJob({}, [{ description: 'hourly', startTime: START, data: { order: 1 } }]);
    const own = await page(server, `/scheduler/jobs/${key}/schedules`);
    expect(own).toMatchObject({ total: 1, prev_url: null, next_url: null });
    expect(own.results[0]).toMatchObject({ data: '{"order":1}', startTime: '2015-11-14 04:19:22' });
    const { body } = await ask(server, `/scheduler/jobs/${key}?displaySchedules=true`);
    expect(body).toMatchObject({ schedules: [{ data: { order: 1 }, startTime: '2015-11-14T04:19:22.000Z' }] });
    expect((await ask(server, `/scheduler/jobs/${key}`)).body).not.toHaveProperty('schedules');
  });

  test('come all at once unless a page is requested', async () => {
    const { simulation, server } = await start();
    const key = simulation.addJob(
      {},
      Array.from({ length: 25 }, () => ({})),
    );
    const path = `/scheduler/jobs/${key}/schedules`;
    expect((await page(server, path)).results).toHaveLength(25);
    expect((await page(server, `${path}?offset=20`)).results).toHaveLength(5);
    expect((await page(server, `${path}?offset=2`)).results).toHaveLength(10);
  });

  test.each([
    '/scheduler/jobs/7',
    '/scheduler/jobs/1/schedules/x',
    '/scheduler/jobs/1/schedules/x/runs',
    '/scheduler/x',
  ])('that do not exist are answered with 404: %s', async (path) => {
    const { simulation, server } = await start();
    simulation.createJob();
    expect(await ask(server, path)).toMatchObject({ status: 404, body: { code: 404, type: 'Not Found' } });
  });
});

describe('runs in the current dialect', () => {
  test('come newest first, at most 200, and ten when only an offset is given', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 250);
    const whole = await page(server, path);
    expect([whole.total, whole.results.length, texts(whole)[0]]).toEqual([250, 200, '250']);
    const tenth = await page(server, `${path}?offset=240`);
    expect(texts(tenth)).toEqual(['10', '9', '8', '7', '6', '5', '4', '3', '2', '1']);
    expect((await page(server, `${path}?page_size=900`)).results).toHaveLength(200);
    expect(texts(await page(server, `${path}?page_size=2&offset=1`))).toEqual(['249', '248']);
  });

  test('can be paged by run id in both directions, with a link only where more runs follow', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 7);
    const first = await page(server, `${path}?page_size=3`);
    const id = (index: number): string => String(first.results[index]?.['runId']);
    expect(first).not.toHaveProperty('prev_url');
    expect(first.next_url).toBe(`${path}?page_size=3&next=${id(2)}`);
    const second = await page(server, `${path}?page_size=3&next=${id(2)}`);
    expect(texts(second)).toEqual(['4', '3', '2']);
    const third = await page(server, second.next_url ?? '');
    expect(texts(third)).toEqual(['1']);
    expect(third).not.toHaveProperty('next_url');
    expect(texts(await page(server, third.prev_url ?? ''))).toEqual(['4', '3', '2']);
    expect(texts(await page(server, `${path}?page_size=3&prev=${id(1)}`))).toEqual(['7']);
    expect((await ask(server, `${path}?next=gone`)).status).toBe(404);
  });

  test('end with an empty list', async () => {
    const { simulation, server } = await start();
    expect(await page(server, `${numbered(simulation, 3)}?offset=30`)).toEqual({ total: 3, results: [] });
  });

  test('are found one by one', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 3);
    const { results } = await page(server, path);
    const runId = String(results[1]?.['runId']);
    expect((await ask(server, `${path}/${runId}`)).body).toEqual({
      runId,
      runText: '2',
      httpStatus: 200,
      executionTimestamp: '2015-11-14T04:19:23',
      runStatus: 'COMPLETED',
      runState: 'SUCCESS',
      scheduleTimestamp: '2015-11-14T04:19:21',
      completionTimestamp: '2015-11-14T04:19:23',
    });
    expect((await ask(server, `${path}/none`)).status).toBe(404);
  });

  test('have events as JSON within a text, and nulls while they wait', async () => {
    const { simulation, server } = await start();
    const key = simulation.createJob();
    const runId = simulation.addRun(key, {
      state: 'SCHEDULED',
      scheduled: START,
      events: [{ time: START, type: 'SCHEDULED' }],
    });
    const path = `/scheduler/jobs/${key}/schedules/${simulation.schedules(key)['default'] ?? ''}/runs`;
    expect((await page(server, path)).results).toEqual([
      {
        runId,
        runText: '[{"time":"2015-11-14 04:19:22","type":"SCHEDULED","text":"","code":null}]',
        httpStatus: null,
        executionTimestamp: null,
        runStatus: 'SCHEDULED',
        runState: 'SCHEDULED',
        scheduleTimestamp: '2015-11-14T04:19:22',
        completionTimestamp: null,
      },
    ]);
  });

  test('can be sorted the other way', async () => {
    const { simulation, server } = await start({ order: 'oldest-first' });
    const path = numbered(simulation, 4);
    const first = await page(server, `${path}?page_size=2`);
    expect(texts(first)).toEqual(['1', '2']);
    expect(texts(await page(server, first.next_url ?? ''))).toEqual(['3', '4']);
  });
});

describe('runs in the old dialect', () => {
  test('count from 1, have no links and ignore run ids', async () => {
    const { simulation, server } = await start({ dialect: 'legacy' });
    const path = numbered(simulation, 5);
    const first = await page(server, `${path}?page_size=2`);
    expect(Object.keys(first)).toEqual(['total', 'results']);
    expect(await page(server, `${path}?page_size=2&offset=1`)).toEqual(first);
    expect(texts(await page(server, `${path}?page_size=2&offset=2`))).toEqual(['4', '3']);
    const last = String(first.results[1]?.['runId']);
    expect(last).toMatch(/^[0-9A-F]{32}$/);
    expect(await page(server, `${path}?page_size=2&next=${last}`)).toEqual(first);
  });
});

describe('a long and changing list', () => {
  test('computes a million runs without holding them, and finds them by offset and id', async () => {
    const { simulation, server } = await start();
    const key = simulation.createJob();
    simulation.generate(key, 1_000_000, (index) => ({
      time: START + BigInt(index) * SECOND,
      message: `line ${index}`,
    }));
    const path = `/scheduler/jobs/${key}/schedules/${simulation.schedules(key)['default'] ?? ''}/runs`;
    const end = await page(server, `${path}?page_size=2&offset=999998`);
    expect([end.total, texts(end)]).toEqual([1_000_000, ['line 1', 'line 0']]);
    expect(texts(await page(server, `${path}?page_size=2&prev=${String(end.results[0]?.['runId'])}`))).toEqual([
      'line 3',
      'line 2',
    ]);
    simulation.write(key, [{ time: START + 500_000n * SECOND, message: 'late' }]);
    const around = await page(server, `${path}?page_size=3&offset=499998`);
    expect(texts(around)).toEqual(['line 500001', 'late', 'line 500000']);
    simulation.purgeBefore(START + 999_999n * SECOND);
    expect(texts(await page(server, path))).toEqual(['line 999999']);
  });

  test('keeps ties in an order that is not that of their ids, also when they are shuffled', async () => {
    const { simulation, server } = await start({ ties: 'shuffled' });
    const key = simulation.createJob();
    const ids = Array.from({ length: 40 }, (_, index) =>
      simulation.addRun(key, {
        state: 'SUCCESS',
        scheduled: START,
        executed: START,
        completed: START,
        text: `${index}`,
      }),
    );
    const path = `/scheduler/jobs/${key}/schedules/${simulation.schedules(key)['default'] ?? ''}/runs`;
    const { results } = await page(server, path);
    const listed = results.map(({ runId }) => String(runId));
    expect([...listed].sort()).toEqual([...ids].sort());
    expect(listed).not.toEqual([...ids].reverse());
    expect(listed).not.toEqual([...listed].sort());
    expect((await page(server, path)).results).toEqual(results);
  });

  test('moves a run to the place of its invocation', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 2);
    const runId = simulation.addRun('1', { state: 'SCHEDULED', scheduled: START - SECOND });
    expect(texts(await page(server, path))).toEqual(['2', '1', '']);
    simulation.updateRun('1', runId, { state: 'ACK_RECVD', scheduled: START - SECOND, executed: START + 9n * SECOND });
    const { results } = await page(server, path);
    expect(results[0]).toMatchObject({ runId, runStatus: 'RUNNING', httpStatus: 202 });
  });

  test('forgets a job with its runs', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 2);
    simulation.removeJob('1');
    expect((await ask(server, path)).status).toBe(404);
  });
});

describe('limits', () => {
  test('are reported by 429 with a header, by 503 with a body, and before that by a header on every answer', async () => {
    const { simulation, server } = await start();
    server.inject(tooManyRequests(7));
    const first = await ask(server, '/scheduler/jobs');
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    server.inject(overloaded(3));
    const second = await ask(server, '/scheduler/jobs');
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, null]);
    expect(second.body).toMatchObject({ retryAfter: 3 });
    simulation.throttle(120);
    expect((await ask(server, '/scheduler/jobs')).headers.get('throttling')).toBe('120');
  });
});

describe('the count of requests', () => {
  test('names each kind of request', async () => {
    const { simulation, server } = await start();
    const path = numbered(simulation, 1);
    const { results } = await page(server, path);
    await ask(server, `${path}/${String(results[0]?.['runId'])}`);
    for (const end of ['', '/', '/1', '/1/schedules', '/1/schedules/x']) await ask(server, `/scheduler/jobs${end}`);
    await fetch(`${server.origin}/oauth/token`, { method: 'POST' });
    expect(server.calls.map(({ kind }) => kind)).toEqual([
      'logs',
      'run',
      'jobs',
      'jobs',
      'job',
      'schedules',
      'schedule',
      'token',
    ]);
  });
});

describe('the demo', () => {
  test('has finished, failed, running and switched-off work, and grows', async () => {
    const { simulation, server } = await start();
    const demo = fillSap(simulation, START);
    const { results } = await page(server, '/scheduler/jobs');
    expect(results.map(({ name, active }) => [name, active])).toEqual([
      ['nightly-erp-run', true],
      ['archive-deliveries', false],
      ['order-intake', true],
    ]);
    const seen = async (key: string): Promise<{ total: number; states: unknown[] }> => {
      const pages = await Promise.all(
        Object.values(simulation.schedules(key)).map((id) =>
          page(server, `/scheduler/jobs/${key}/schedules/${id}/runs`),
        ),
      );
      return {
        total: pages.reduce((sum, { total }) => sum + total, 0),
        states: [...new Set(pages.flatMap(({ results: runs }) => runs.map(({ runState }) => runState)))].sort(),
      };
    };
    expect((await seen('1')).states).toEqual(['ERROR', 'REQUEST_ERROR', 'SUCCESS', 'UNKNOWN']);
    expect((await seen('2')).states).toEqual(['TIMEOUT']);
    const before = await seen('3');
    expect(before.states).toEqual(['ACK_RECVD', 'ERROR', 'SUCCESS']);
    demo.grow(START + 60n * SECOND);
    const after = await seen('3');
    expect(after).toEqual({ total: before.total + 4, states: ['ERROR', 'SUCCESS'] });
  });
});
