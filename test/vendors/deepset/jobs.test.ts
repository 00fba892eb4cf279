import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { DEFAULT_DIALECT } from '../../../src/sandbox/deepset/dialect.ts';
import { readEntries, startHarness, START } from './harness.ts';
import type { Harness } from './harness.ts';
import { listJobs } from '../list-jobs.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ workspaces: ['production', 'my lab/ü'] });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.simulation.clear();
  harness.server.clearFaults();
  Object.assign(harness.simulation.dialect, DEFAULT_DIALECT);
  harness.asked();
});

describe('listing jobs', () => {
  test('requests one full page, newest first, and from an unknown source also the count of a shorter one', async () => {
    harness.simulation.createJob({ name: 'old', createdAt: START });
    harness.simulation.createJob({ name: 'new', createdAt: START + 1000n, status: 'FAILED' });
    const page = await listJobs(harness.connect(), 0, {}, createCall());
    expect(page).toMatchObject({ more: false, total: 2, filtered: true });
    expect(page.jobs.map(({ key, status, nativeStatus, createdAt }) => [key, status, nativeStatus, createdAt])).toEqual(
      [
        ['production/new', 'FAILED', 'DEPLOYMENT_FAILED', '2025-05-23T10:33:04.157183Z'],
        ['production/old', 'ACTIVE', 'DEPLOYED', '2025-05-23T10:33:04.157182Z'],
      ],
    );
    expect(JSON.stringify(page.jobs)).not.toContain('ada.ferri');
    expect(harness.asked()).toEqual([
      { kind: 'jobs', query: { limit: '100', page_number: '1' } },
      { kind: 'jobs', query: { limit: '1', page_number: '1' } },
    ]);
  });

  test('has a list of its own for each workspace, each counted by itself', async () => {
    const { simulation } = harness;
    for (let index = 0; index < 250; index += 1) simulation.createJob({ createdAt: START + BigInt(index) * 1000n });
    simulation.createJob({ workspace: 'my lab/ü', name: 'only', createdAt: START });
    const connector = harness.connect(['production', 'my lab/ü']);
    expect(connector.jobLists.map(({ key, pageSize }) => [key, pageSize])).toEqual([
      ['production', 100],
      ['my lab/ü', 100],
    ]);
    const pages = await Promise.all([0, 1, 2].map((page) => listJobs(connector, page, {}, createCall())));
    expect(pages.map(({ jobs, more, total }) => [jobs.length, more, total])).toEqual([
      [100, true, 250],
      [100, true, 250],
      [50, false, 250],
    ]);
    expect(new Set(pages.flatMap(({ jobs }) => jobs.map(({ key }) => key))).size).toBe(250);
    const other = await listJobs(connector, 0, {}, createCall(), 1);
    expect([other.jobs.map(({ key }) => key), other.more, other.total]).toEqual([['my lab/ü/only'], false, 1]);
  });

  test('leaves filters to the reader, and reports an unknown total', async () => {
    harness.simulation.createJob();
    harness.simulation.dialect.total = 'null';
    const connector = harness.connect();
    expect(await listJobs(connector, 0, { nameContains: 'x' }, createCall())).toMatchObject({
      filtered: false,
      total: null,
    });
    expect(await listJobs(connector, 0, { statusIn: ['ACTIVE'] }, createCall())).toMatchObject({ filtered: false });
  });

  test('fails with the code of the failure, whatever page the proxy shows', async () => {
    const connector = harness.connect();
    for (const [status, code] of [
      [403, 'SOURCE_FORBIDDEN'],
      [503, 'SOURCE_UNAVAILABLE'],
      [504, 'SOURCE_TIMEOUT'],
    ] as const) {
      const remove = harness.server.inject({ what: { do: 'status', status, body: `<html>secret ${status}</html>` } });
      const error: unknown = await listJobs(connector, 0, {}, createCall()).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, source: 'docs' });
      expect(String(error)).not.toContain('secret');
      remove();
    }
    harness.simulation.dialect.errorPages = 'html';
    await expect(listJobs(harness.connect(['production'], 'api_expired'), 0, {}, createCall())).rejects.toMatchObject({
      code: 'SOURCE_UNAUTHENTICATED',
    });
  });
});

describe('getting jobs', () => {
  test('gives each key its own result, in order', async () => {
    const { simulation, server } = harness;
    simulation.createJob({ name: 'rag' });
    simulation.createJob({ workspace: 'my lab/ü', name: "50% / .. '?#" });
    const keys = ['production/none', "my lab/ü/50% / .. '?#", 'production/rag'];
    const connector = harness.connect(['production', 'my lab/ü']);
    const found = await connector.getJobs(keys, createCall());
    expect(found.map((job) => (job instanceof Error ? job.message : (job?.key ?? null)))).toEqual([
      null,
      "my lab/ü/50% / .. '?#",
      'production/rag',
    ]);
    server.inject({ times: 1, what: { do: 'status', status: 401, body: '<html></html>' } });
    const [failed, well] = await connector.getJobs(['production/rag', 'production/none'], createCall());
    expect([failed, well].filter((one) => one instanceof Error)).toHaveLength(1);
  });

  test('makes no call for keys that cannot be pipelines of this source', async () => {
    const connector = harness.connect(['production']);
    const keys = ['my lab/ü/rag', 'production', 'production/', '', '../production/rag'];
    expect(await connector.getJobs(keys, createCall())).toEqual([null, null, null, null, null]);
    await expect(connector.logs({ job: 'my lab/ü/rag' }, {}, createCall())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(connector.parts.Step!.list('my lab/ü/rag', createCall())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(harness.asked()).toEqual([]);
  });

  test('keeps names from changing the path', async () => {
    const { simulation } = harness;
    const names = ['rag/logs', 'rag?limit=1', 'a%2Fb', '%', '../rag', '...', 'ü 🚀', "it's"];
    for (const name of ['rag', '..', '.', ...names]) simulation.createJob({ name });
    const connector = harness.connect();
    const keys = names.map((name) => `production/${name}`);
    expect(await connector.getJobs(keys, createCall())).toMatchObject(names.map((name) => ({ name })));
    harness.asked();
    // No server can be asked for these, however they are written.
    expect(await connector.getJobs(['production/..', 'production/.'], createCall())).toEqual([null, null]);
    const { partitions } = await connector.logs({ job: 'production/..' }, {}, createCall());
    await expect(readEntries(partitions[0]!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(harness.asked()).toEqual([]);
  });
});

describe('the parts of a pipeline', () => {
  test('are its origins, which have no state and cost no call', async () => {
    const connector = harness.connect();
    const call = createCall();
    const [partition] = await connector.parts.Step!.list('production/rag', call);
    const steps = [];
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 10 } as const;
    for await (const batch of partition!.read(request, call)) steps.push(...rowsOf(batch));
    expect(steps.map(({ key, status, nativeStatus }) => [key, status, nativeStatus])).toEqual([
      ['querypipeline', 'UNKNOWN', null],
      ['indexingpipeline', 'UNKNOWN', null],
      ['haystack', 'UNKNOWN', null],
      ['unknown', 'UNKNOWN', null],
    ]);
    expect(await connector.parts.Step!.find('production/rag', 'haystack', call)).toEqual(steps[2]);
    expect(await connector.parts.Step!.find('production/rag', 'agent', call)).toBeNull();
    expect(await connector.parts.Step!.find('staging/rag', 'haystack', call)).toBeNull();
    expect(harness.asked()).toEqual([]);
  });

  test('are neither attempts nor tasks', () => {
    const connector = harness.connect();
    expect(Object.keys(connector.parts)).toEqual(['Step']);
    expect(connector.capabilities).toMatchObject({ attempts: false, steps: true, tasks: false });
  });
});

describe('the probe', () => {
  test('counts the pipelines with one small call per workspace', async () => {
    harness.simulation.createJob();
    harness.simulation.createJob({ workspace: 'my lab/ü' });
    const connector = harness.connect(['production', 'my lab/ü']);
    expect(await connector.probe(createCall())).toEqual({ jobs: 2 });
    const small = { kind: 'jobs', query: { limit: '1', page_number: '1' } };
    expect(harness.asked()).toEqual([small, small]);
    harness.simulation.dialect.total = 'null';
    expect(await connector.probe(createCall())).toEqual({ jobs: null });
  });

  test('says NOT_FOUND for a workspace that does not exist', async () => {
    await expect(harness.connect(['staging']).probe(createCall())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
