import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SimulatedVendor, VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { serve } from './service.ts';
import type { Answer, Service } from './service.ts';

/**
 * Names come from clients and from vendors, and may hold anything. They reach a vendor as the names that
 * they are: no path, RQL, OData or JSON means something else because of them.
 */

const NAMES = [
  'plain',
  'with space',
  ' ',
  'a/b',
  'a//b',
  '/leading',
  'trailing/',
  '../up',
  '../../../jobs/other',
  '...',
  '%',
  '100%25',
  '%2e%2e',
  '..%2f..%2fadmin',
  'a#b',
  'a?limit=1&x=y',
  "o'brien",
  'say "hi"',
  'it\'s "both"',
  "' or level eq 'error",
  "x') or 1 eq 1 or ('",
  '",eq(status,"Failed"),"',
  'and(a,b)&limit=0',
  '*',
  'back\\slash',
  'a+b;c,d',
  '{{Name}} $(id) `id`',
  'ünïcödé',
  'u\u0308 decomposed',
  '日本語のジョブ',
  '🚀 launch',
  '\u202Ertl',
  'line\nbreak\r\ntab\t',
  'nul\u0000',
  'null',
  '__proto__',
  'constructor',
] as const;

/** However they are encoded, servers and proxies take these for steps in a path. */
const UNADDRESSABLE = ['.', '..'] as const;

const NEMO_WORKSPACES = ['default', 'team a&b?#%', "o'brien", 'größe 🚀'];
const DEEPSET_WORKSPACES = ['production', 'west/wing', 'team a&b?#%', "' eq '"];

const CONFIGURED = [...NEMO_WORKSPACES, ...DEEPSET_WORKSPACES];

const BASE = 1_750_000_000_000_000_000n;
const SECOND = 1_000_000_000n;

const [nemo, softwareone] = [simulateNemo(), simulateSoftwareOne()];
const deepset = simulateDeepset({ workspaces: DEEPSET_WORKSPACES });
const simulations: Readonly<Record<string, SimulatedVendor>> = {
  ...Object.fromEntries(Object.entries(SIMULATED).map(([source, { simulate }]) => [source, simulate()])),
  ...{ nemo, softwareone, deepset },
};
const SOURCES = Object.keys(simulations);
/** Sources whose keys are a workspace and a name. The keys of all others are ids. */
const BY_WORKSPACE = ['nemo', 'deepset'] as const;
const BY_ID = SOURCES.filter((source) => !BY_WORKSPACE.some((other) => other === source));
/** Sources that know from a text that it cannot be an id, and do not ask for it. */
const KNOW_IDS = ['sap', 'softwareone'];

const servers = new Map<string, VendorServer>();
let service: Service;
/** Keys of the jobs with parts of every name. */
const keys = new Map<string, string>();
const tasksOfSoftwareOne = new Map<string, string>();

function fill(): void {
  for (const name of NAMES) {
    for (const workspace of NEMO_WORKSPACES) {
      const key = nemo.createJob({ name, workspace });
      nemo.write(key, [{ time: BASE, message: `line of ${name}`, step: 'training' }]);
    }
    for (const workspace of DEEPSET_WORKSPACES) {
      const key = deepset.createJob({ name, workspace });
      deepset.write(key, [{ time: BASE, message: `line of ${name}` }]);
    }
    const task = softwareone.createJob({ name: `<${name}>` });
    softwareone.write(task, [{ time: BASE, message: `line of ${name}` }]);
    tasksOfSoftwareOne.set(name, task);
  }
  const lines = NAMES.map((name, index) => ({ time: BASE + BigInt(index) * SECOND, message: `says ${name}` }));
  const partOf: Readonly<Record<string, (index: number) => Pick<SandboxLine, 'step' | 'task'>>> = {
    bytenite: (index) => ({ step: 'TASKRUNNER', task: NAMES[index] ?? '' }),
    nemo: (index) => ({ step: NAMES[index] ?? '', task: `task-${index}` }),
  };
  for (const [source, simulation] of Object.entries(simulations)) {
    const key = simulation.createJob({ name: 'parts' });
    keys.set(source, key);
    simulation.write(
      key,
      lines.map((line, index) => ({ ...line, ...partOf[source]?.(index) })),
    );
  }
}

function keyOf(source: string): string {
  return keys.get(source) ?? '';
}

function serverOf(source: string): VendorServer {
  const server = servers.get(source);
  if (server === undefined) throw new Error(`${source} is not simulated.`);
  return server;
}

beforeAll(async () => {
  fill();
  const started = await Promise.all(
    Object.entries(simulations).map(async ([source, one]) => [source, await startVendorServer(one)] as const),
  );
  for (const [source, server] of started) servers.set(source, server);
  const configuration = started.map(([source, { origin, simulation }]) => [source, simulation.sourceConfig(origin)]);
  service = await serve(Object.fromEntries(configuration) as Record<string, unknown>);
});
afterAll(async () => {
  await service.stop();
  await Promise.all([...servers.values()].map((server) => server.close()));
});
beforeEach(() => {
  for (const server of servers.values()) server.resetCalls();
});

/** The raw paths that a vendor was asked for, without the token endpoint's. */
function pathsAt(source: string): string[] {
  const calls = serverOf(source).calls.filter(({ kind }) => kind !== 'token');
  for (const { kind, url } of calls) {
    expect(['unknown', 'other']).not.toContain(kind);
    // Nothing in it that an intermediary would read its own way.
    expect(url).toMatch(/^[\w./?=&%,~!*'()-]+$/);
  }
  return [...new Set(calls.map(({ url }) => url.split('?')[0] ?? ''))];
}

/** As RFC 3986 writes a segment; a server decodes it to the name again. */
function segment(name: string): string {
  return encodeURIComponent(name);
}

const JOB = `query ($source: String!, $key: String!) {
  job(source: $source, key: $key) { key name source { name } logs(first: 5) { nodes { message(ansi: RAW) job { key } } } }
}`;
interface JobAnswer {
  readonly job: { readonly key: string; readonly name: string; readonly logs: { readonly nodes: unknown[] } } | null;
}

async function job(source: string, key: string): Promise<Answer<JobAnswer>> {
  return service.query<JobAnswer>(JOB, { source, key });
}

describe('names of workspaces and jobs', () => {
  test.each(NAMES)('%j is a job of workspaces of any name', async (name) => {
    const places = [
      ['nemo', NEMO_WORKSPACES, '/apis/jobs/v2/workspaces', 'jobs'],
      ['deepset', DEEPSET_WORKSPACES, '/api/v1/workspaces', 'pipelines'],
    ] as const;
    for (const [source, workspaces, root, collection] of places) {
      for (const workspace of workspaces) {
        serverOf(source).resetCalls();
        const key = `${workspace}/${name}`;
        const { data, errors } = await job(source, key);
        const path = `${root}/${segment(workspace)}/${collection}/${segment(name)}`;
        expect(pathsAt(source).sort()).toEqual([path, `${path}/logs`]);
        const isReadable = source === 'deepset' || /^[\w.:-]+$/.test(name);
        if (isReadable) {
          expect(errors).toBeUndefined();
          expect(data.job).toEqual({
            key,
            name,
            source: { name: source },
            logs: { nodes: [{ message: `line of ${name}`, job: { key } }] },
          });
        } else {
          // That vendor's own store of logs refuses such names; the job itself is there.
          expect(data.job).toMatchObject({ key, name, logs: null });
          expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SOURCE_TRUNCATED', source }]);
        }
      }
    }
  });

  test.each([...NAMES, ...UNADDRESSABLE])('%j is not a job where keys are ids, and opens nothing', async (name) => {
    for (const source of BY_ID) {
      const { data, errors } = await service.query<JobAnswer>(
        'query ($source: String!, $key: String!) { job(source: $source, key: $key) { name } }',
        { source, key: name },
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({ job: null });
      const asked = pathsAt(source);
      const isOwn = (path: string): boolean => path.endsWith(`/jobs/${segment(name)}`);
      expect(KNOW_IDS.includes(source) ? asked : asked.filter((path) => !isOwn(path))).toEqual([]);
      const logs = await job(source, name);
      expect(logs.data).toEqual({ job: null });
    }
  });

  test.each(UNADDRESSABLE)('%j cannot be a path segment, and causes no call', async (name) => {
    for (const key of [`default/${name}`, `production/${name}`]) {
      for (const source of BY_WORKSPACE) {
        const { data, errors } = await job(source, key);
        expect(errors).toBeUndefined();
        expect(data).toEqual({ job: null });
        expect(pathsAt(source)).toEqual([]);
      }
    }
  });

  test.each(NAMES)('%j as an unknown workspace or source causes no call', async (name) => {
    for (const source of BY_WORKSPACE) {
      for (const key of [
        name,
        `${name}/${name}`,
        `default${name}`,
        `../default/plain`,
        `default/../default/plain/..`,
      ]) {
        if (CONFIGURED.some((workspace) => key.startsWith(`${workspace}/`))) continue;
        expect(await job(source, key)).toMatchObject({ data: { job: null } });
      }
      expect(pathsAt(source)).toEqual([]);
    }
    expect(await job(name, 'default/plain')).toMatchObject({ data: { job: null } });
    expect(await service.query('query ($name: String!) { source(name: $name) { name } }', { name })).toMatchObject({
      data: { source: null },
    });
  });

  test('every listed job is found by its key and by its id', async () => {
    interface Listed {
      readonly jobs: {
        readonly nodes: readonly { readonly id: string; readonly key: string; readonly name: string }[];
      };
    }
    const listed = await service.query<Listed>('{ jobs(first: 1000) { nodes { id key name } failures { code } } }');
    expect(listed.data).toMatchObject({ jobs: { failures: [] } });
    const { nodes } = listed.data.jobs;
    expect(nodes.length).toBe(NAMES.length * (NEMO_WORKSPACES.length + DEEPSET_WORKSPACES.length + 1) + SOURCES.length);
    for (let start = 0; start < nodes.length; start += 50) {
      const some = nodes.slice(start, start + 50);
      const again = await service.query('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { id key name } } }', {
        ids: some.map(({ id }) => id),
      });
      expect(again.errors).toBeUndefined();
      expect(again.data).toEqual({ nodes: some });
    }
  });
});

describe('texts in filters', () => {
  test.each(NAMES)('%j as a part of a name finds exactly the jobs that have it', async (name) => {
    interface Found {
      readonly source: { readonly jobs: { readonly nodes: readonly { readonly name: string }[] } };
    }
    const text = `query ($name: String!) {
      source(name: "softwareone") { jobs(first: 500, filter: { nameContains: $name }) { nodes { name } } }
    }`;
    const { data, errors } = await service.query<Found>(text, { name });
    expect(errors).toBeUndefined();
    const all = [...NAMES.map((one) => `<${one}>`), 'parts'];
    const wanted = all.filter((one) => one.toLowerCase().includes(name.toLowerCase()));
    expect(data.source.jobs.nodes.map((one) => one.name).sort()).toEqual(wanted.sort());
    expect(pathsAt('softwareone')).toEqual(['/public/v1/system/tasks']);
    for (const { url } of serverOf('softwareone').calls) {
      // One condition, the select, the order, the limit and the offset: the name has added no parameter.
      expect(
        url
          .split('?')[1]
          ?.split('&')
          .filter((part) => !part.includes('=')).length,
      ).toBeLessThanOrEqual(1);
      expect(new URL(url, 'http://vendor').searchParams.get('limit')).not.toBe('0');
    }
  });

  /** What `message` shows of the lines, in the order of their names. */
  async function shownTexts(source: string): Promise<readonly string[]> {
    const text = `query ($source: String!, $key: String!) {
      job(source: $source, key: $key) { logs(first: 100) { nodes { raw: message(ansi: RAW) message } } }
    }`;
    const variables = { source, key: keyOf(source) };
    const { data } = await service.query<{ job: { logs: { nodes: { raw: string; message: string }[] } } }>(
      text,
      variables,
    );
    return NAMES.map((name) => data.job.logs.nodes.find(({ raw }) => raw === `says ${name}`)?.message ?? 'missing');
  }

  test.each(SOURCES)('a line of %s is found by any text in it', async (source) => {
    const text = `query ($source: String!, $key: String!, $contains: String!) {
      job(source: $source, key: $key) { logs(first: 100, filter: { contains: $contains }) { nodes { message(ansi: RAW) } } }
    }`;
    const shown = await shownTexts(source);
    for (const name of NAMES) {
      const { data, errors } = await service.query<{ job: { logs: { nodes: { message: string }[] } } }>(text, {
        source,
        key: keyOf(source),
        contains: name,
      });
      expect(errors).toBeUndefined();
      // Text is looked for in what `message` shows: a carriage return, say, is not in it.
      const wanted = NAMES.filter((_, index) => shown[index]?.includes(name)).map((one) => `says ${one}`);
      expect(data.job.logs.nodes.map(({ message }) => message)).toEqual(wanted);
    }
    pathsAt(source);
  });

  test.each([...NAMES, ...UNADDRESSABLE])(
    '%j as a step, task or attempt selects its own lines or none',
    async (name) => {
      const text = `query ($source: String!, $key: String!, $names: [String!]) {
      job(source: $source, key: $key) {
        stepIn: logs(filter: { stepIn: $names }) { nodes { message(ansi: RAW) } }
        taskIn: logs(filter: { taskIn: $names }) { nodes { message(ansi: RAW) } }
        attemptIn: logs(filter: { attemptIn: $names }) { nodes { message(ansi: RAW) } }
      }
    }`;
      const own = UNADDRESSABLE.some((one) => one === name) ? [] : [{ message: `says ${name}` }];
      for (const source of SOURCES) {
        const { data, errors } = await service.query(text, { source, key: keyOf(source), names: [name] });
        expect({ source, errors }).toEqual({ source, errors: undefined });
        expect({ source, data }).toEqual({
          source,
          data: {
            job: {
              stepIn: { nodes: source === 'nemo' ? own : [] },
              taskIn: { nodes: source === 'bytenite' ? own : [] },
              attemptIn: { nodes: [] },
            },
          },
        });
        for (const path of pathsAt(source)) {
          // Whatever was named is at most one segment of the path.
          expect(path.split('/').filter((part) => part === '.' || part === '..')).toEqual([]);
        }
      }
      for (const { url } of serverOf('deepset').calls) {
        const filter = new URL(url, 'http://vendor').searchParams.get('filter');
        expect(filter).toBeNull();
      }
    },
  );
});

describe('names of parts', () => {
  test('steps of any name are listed and have their own lines', async () => {
    const text = `query ($key: String!) {
      job(source: "nemo", key: $key) { steps(first: 100) { nodes { id key name logs { nodes { message(ansi: RAW) } } } } }
    }`;
    interface Steps {
      readonly job: { readonly steps: { readonly nodes: readonly { readonly id: string; readonly key: string }[] } };
    }
    const { data, errors } = await service.query<Steps>(text, { key: keyOf('nemo') });
    expect(errors).toBeUndefined();
    const { nodes } = data.job.steps;
    const named = nodes.filter(({ key }) => NAMES.some((name) => name === key));
    expect(named.map(({ key }) => key).sort()).toEqual([...NAMES].sort());
    for (const step of named)
      expect(step).toMatchObject({ name: step.key, logs: { nodes: [{ message: `says ${step.key}` }] } });
    const again = await service.query('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Step { key } } }', {
      ids: named.map(({ id }) => id),
    });
    expect(again.data).toEqual({ nodes: named.map(({ key }) => ({ key })) });
  });

  test('tasks of any name are listed and have their own lines', async () => {
    const text = `query ($key: String!) {
      job(source: "bytenite", key: $key) { tasks(first: 100) { nodes { id key logs { nodes { message(ansi: RAW) } } } } }
    }`;
    interface Tasks {
      readonly job: { readonly tasks: { readonly nodes: readonly { readonly id: string; readonly key: string }[] } };
    }
    const { data, errors } = await service.query<Tasks>(text, { key: keyOf('bytenite') });
    expect(errors).toBeUndefined();
    const { nodes } = data.job.tasks;
    expect(nodes.map(({ key }) => key).sort()).toEqual([...NAMES].sort());
    for (const task of nodes) expect(task).toMatchObject({ logs: { nodes: [{ message: `says ${task.key}` }] } });
  });

  test('a task names its job by an id, so no text opens another job', async () => {
    for (const [name, task] of tasksOfSoftwareOne) {
      const { data } = await job('softwareone', task);
      expect(data).toMatchObject({ job: { name: `<${name}>`, logs: { nodes: [{ message: `line of ${name}` }] } } });
    }
    expect(pathsAt('softwareone')).toContain(`/public/v1/system/tasks/${tasksOfSoftwareOne.get('a/b') ?? ''}/logs`);
  });
});
