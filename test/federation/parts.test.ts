import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/job.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { createSourceHttp } from '../../src/http/source-http.ts';
import type { ManagedSourceHttp } from '../../src/http/source-http.ts';
import type { Partition } from '../../src/pagination/core/partition.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { nemo } from '../../src/vendors/nemo/index.ts';
import { fakeSource } from './fake-sources.ts';

describe('the parts of a job', () => {
  const simulation = simulateNemo();
  let server: VendorServer;
  let http: ManagedSourceHttp;
  let key = '';

  beforeAll(async () => {
    server = await startVendorServer(simulation);
    const config = simulation.sourceConfig(server.origin) as {
      baseUrl: string;
      auth: { type: 'bearer'; token: string };
    };
    const { baseUrl, auth } = config;
    http = createSourceHttp({ source: 'nemo', baseUrl, auth, forward: false, limits: DEFAULT_LIMITS });
    key = simulation.createJob({ name: 'parts' });
    const line = (step: string, task: string, second: bigint) => ({
      time: 1_700_000_000_000_000_000n + second * 1_000_000_000n,
      message: `${step}/${task}`,
      step,
      task,
    });
    simulation.write(key, [line('load', 'task-a', 0n), line('load', 'task-b', 1n), line('train', 'task-c', 2n)]);
  });

  afterAll(async () => {
    await http.close();
    await server.close();
  });

  test('are those of one step if a step is named, and are counted accordingly', async () => {
    const options: unknown = nemo.options.parse({ workspaces: [key.split('/')[0]] });
    const federation = createFederation([{ name: 'nemo', connector: nemo.create({ source: 'nemo', http, options }) }]);
    const job = { source: 'nemo', key };
    const call = createCall();
    const all = federation.parts('Task', job, {}, call);
    const ofStep = federation.parts('Task', job, { step: 'load' }, call);
    expect((await all.nodes()).map((task) => task.stepKey).sort()).toEqual(['load', 'load', 'train']);
    expect(await all.totalCount()).toBe(3);
    expect((await ofStep.nodes()).map((task) => task.stepKey)).toEqual(['load', 'load']);
    expect(await ofStep.totalCount()).toBe(2);
    expect((await ofStep.pageInfo()).hasNextPage).toBe(false);
    const cursor = (await ofStep.edges())[0]!.cursor;
    await expect(federation.parts('Task', job, { step: 'train', after: cursor }, call).edges()).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  test.each([
    ['out of reach', {}, 'SOURCE_TRUNCATED'],
    ['what the source contradicts itself about', { contradicts: true }, 'SOURCE_BAD_RESPONSE'],
  ] as const)('are shown beside those that are %s, which are no fault of ours', async (_, said, code) => {
    const fake = fakeSource('one', {});
    const task = {
      key: 'a',
      name: 'a',
      status: 'UNKNOWN',
      nativeStatus: null,
      createdAt: null,
      startedAt: null,
    } as const;
    const row = { ...task, finishedAt: null, attemptKey: null, stepKey: null, time: 0n, tie: 'a' };
    const partition: Partition<Task> = {
      key: '',
      // eslint-disable-next-line @typescript-eslint/require-await
      async *read() {
        yield { rows: [{ row, hint: null }], more: false, pages: 1, truncated: 'others are missing', ...said };
      },
      count: () => Promise.resolve(null),
    };
    const parts = { Task: { list: () => Promise.resolve([partition]), find: () => Promise.resolve(null) } };
    const federation = createFederation([{ ...fake, connector: { ...fake.connector, parts } }]);
    const connection = federation.parts('Task', { source: 'one', key: 'x' }, {}, createCall());
    expect((await connection.nodes()).map(({ key: found }) => found)).toEqual(['a']);
    expect(await connection.failures()).toMatchObject([{ code, message: 'one: others are missing', isPartial: true }]);
    expect(await connection.totalCount()).toBeNull();
  });
});
