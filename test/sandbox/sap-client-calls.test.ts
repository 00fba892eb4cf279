import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { parseInstant } from '../../src/domain/time.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Federation } from '../../src/federation/api.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import type { AuthSettings } from '../../src/http/settings.ts';
import { createSourceHttp } from '../../src/http/source-http.ts';
import { fillSap } from '../../src/sandbox/sap-job-scheduling/demo.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import type { SapOptions, SapSimulation } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { sapJobScheduling } from '../../src/vendors/sap-job-scheduling/index.ts';

/**
 * The calls of the vendor's own Node client, recorded from `@sap/jobs-client` 1.9.1 against this simulation. Its licence
 * is not open, so it is no dependency: here are its paths, queries and headers, and what it reads from the answers.
 */

type Body = Readonly<Record<string, unknown>> & { readonly results?: readonly Readonly<Record<string, unknown>>[] };

let close: () => Promise<void> = () => Promise.resolve();
afterEach(() => close());

interface Client {
  readonly simulation: SapSimulation;
  readonly federation: Federation;
  /** A call as the client makes it. Rejects with its words for an answer that is not a success. */
  readonly ask: (path: string) => Promise<Body>;
  /** How many tokens were asked for. */
  tokens(): number;
}

async function start(options: SapOptions = {}): Promise<Client> {
  const simulation = simulateSap(options);
  fillSap(simulation, 1_777_888_800_000_000_000n);
  const server = await startVendorServer(simulation);
  const { auth } = simulation.sourceConfig(server.origin) as unknown as { auth: AuthSettings };
  const { classifyError } = sapJobScheduling;
  const http = createSourceHttp({
    source: 'erp',
    baseUrl: server.origin,
    auth,
    forward: false,
    limits: DEFAULT_LIMITS,
    classifyError,
  });
  const connector = sapJobScheduling.create({ source: 'erp', http, options: sapJobScheduling.options.parse({}) });
  close = async () => {
    await http.close();
    await server.close();
  };
  let token: string | null = null;

  /** The client keeps a token as long as its own `exp` is five minutes away. */
  function isValid(known: string): boolean {
    const { exp } = JSON.parse(Buffer.from(known.split('.')[1] ?? '', 'base64').toString('utf8')) as { exp: number };
    return exp - Date.now() / 1000 >= 300;
  }

  async function bearer(): Promise<string> {
    if (token !== null && isValid(token)) return token;
    if (auth.type !== 'oauth2-client-credentials') throw new Error('The client needs a token.');
    const basic = Buffer.from(`${auth.clientId}:${auth.clientSecret}`).toString('base64');
    const response = await fetch(`${server.origin}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'response_type=token&grant_type=client_credentials',
    });
    const body = (await response.json()) as { access_token: string };
    token = body.access_token;
    return token;
  }

  return {
    simulation,
    federation: createFederation([{ name: 'erp', connector }]),
    async ask(path) {
      const authorization = `Bearer ${await bearer()}`;
      const response = await fetch(`${server.origin}/scheduler${path}`, { headers: { authorization } });
      const text = await response.text();
      const body = text === '' ? {} : (JSON.parse(text) as Body);
      if (response.ok) return body;
      throw Object.assign(new Error(typeof body['message'] === 'string' ? body['message'] : 'no words'), {
        statusCode: response.status,
      });
    },
    tokens: () => server.calls.filter(({ kind }) => kind === 'token').length,
  };
}

describe("the vendor's own client", () => {
  test('reads from a token when it expires, and uses it until then', async () => {
    const lasting = await start();
    await lasting.ask('/jobCount');
    await lasting.ask('/jobCount');
    expect(lasting.tokens()).toBe(1);
    await close();
    const brief = await start({ tokenSeconds: 200 });
    await brief.ask('/jobCount');
    await brief.ask('/jobCount');
    expect(brief.tokens()).toBe(2);
  });

  test('lists, finds and counts the jobs that the graph has', async () => {
    const { ask, federation } = await start();
    const jobs = await federation.jobs({ sources: ['erp'], first: 100 }, createCall()).nodes();
    const keys = jobs.map(({ key }) => key).sort();
    const ids = ({ results = [] }: Body): string[] => results.map(({ _id }) => String(_id)).sort();
    expect(ids(await ask('/jobs'))).toEqual(keys);
    expect(ids(await ask('/jobs?page_size=100&offset=0'))).toEqual(keys);
    expect(ids(await ask('/jobs?page_size=2&offset=0'))).toHaveLength(2);
    const { active, inactive } = await ask('/jobCount');
    const isActive = jobs.filter(({ status }) => status === 'ACTIVE').length;
    expect([active, inactive]).toEqual([isActive, jobs.length - isActive]);
    for (const { key, name } of jobs) {
      expect((await ask(`/jobs?jobId=${key}`))['name']).toBe(name);
      expect(String((await ask(`/jobs?name=${encodeURIComponent(name)}`))['_id'])).toBe(key);
      expect(await ask(`/jobs?jobId=${key}&displaySchedules=true`)).toMatchObject({
        schedules: expect.any(Array) as unknown,
      });
    }
    expect(ids(await ask('/search/jobs?q=erp'))).toEqual(
      jobs.filter(({ name }) => name.includes('erp')).map(({ key }) => key),
    );
  });

  test('reads the schedules and runs that the graph has as steps, attempts and lines', async () => {
    const { ask, federation } = await start();
    const call = createCall();
    for (const { key } of await federation.jobs({ sources: ['erp'], first: 100 }, call).nodes()) {
      const job = { source: 'erp', key };
      const steps = await federation.parts('Step', job, { first: 100 }, call).nodes();
      const listed = await ask(`/jobs/${key}/schedules`);
      expect(listed.results?.map(({ scheduleId }) => scheduleId).sort()).toEqual(steps.map((step) => step.key).sort());
      const lines = await federation.logs([{ source: 'erp', scope: { job: key } }], { first: 1_000 }, call).nodes();
      for (const step of steps) {
        const path = `/jobs/${key}/schedules/${step.key}`;
        expect((await ask(`${path}?displayLogs=false`))['scheduleId']).toBe(step.key);
        const { results = [] } = await ask(`${path}/runs`);
        expect((await ask(`${path}?displayLogs=true`))['logs']).toHaveLength(results.length);
        const own = new Set(lines.filter(({ stepKey }) => stepKey === step.key).map(({ attemptKey }) => attemptKey));
        const over = results.filter(({ executionTimestamp }) => executionTimestamp !== null);
        if (results.length < 200) expect(new Set(over.map(({ runId }) => runId))).toEqual(own);
        for (const run of results.slice(0, 3)) {
          const one = await ask(`${path}/runs/${String(run['runId'])}`);
          expect(one).toEqual(run);
          const start = lines.find(({ attemptKey }) => attemptKey === run['runId']);
          const invoked = parseInstant(String(run['executionTimestamp']))?.text;
          expect(start?.attributes?.['executionTimestamp']).toBe(invoked);
        }
        const few = await ask(`${path}/runs?page_size=5&offset=1`);
        expect(few.results?.length).toBe(Math.min(5, Math.max(0, results.length - 1)));
        expect(await ask(`/actionLogs?jobId=${key}&scheduleId=${step.key}`)).toMatchObject({ total: 1 });
      }
      expect(await ask(`/actionLogs?jobId=${key}`)).toMatchObject({ total: steps.length });
    }
    expect((await ask('/search/schedules?q=sales')).results).toMatchObject([{ parent: { name: 'nightly-erp-run' } }]);
  });

  test('gets a status and a message for what does not exist, where the graph has null', async () => {
    const { ask, federation, simulation } = await start();
    const schedule = Object.values(simulation.schedules('1'))[0] ?? '';
    for (const path of [
      '/jobs?jobId=9999',
      '/jobs?name=none',
      '/jobs/1/schedules/none?displayLogs=false',
      `/jobs/1/schedules/${schedule}/runs/none`,
      '/jobs/9999/schedules',
    ]) {
      await expect(ask(path)).rejects.toMatchObject({
        statusCode: 404,
        message: expect.stringMatching(/not found/) as unknown,
      });
    }
    await expect(ask('/search/jobs')).rejects.toMatchObject({ statusCode: 400 });
    expect(await federation.job({ source: 'erp', key: '9999' }, createCall())).toBeNull();
  });
});
