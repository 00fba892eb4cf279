import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Fault, Sandbox } from '../../src/sandbox/index.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { serve } from './service.ts';
import type { Answer, Service } from './service.ts';

/**
 * One source goes wrong. Its own fields report it with a documented code, and the other sources are whole. Neither the
 * answer nor the log has anything that the vendor sent or that leads to it.
 */

const NAMES = Object.keys(SIMULATED);

/** What the vendor sends that nobody may see. */
const CANARY = 'canary-of-upstream';
const HTML = `<html><head><title>${CANARY}</title></head><body>${CANARY} http://${CANARY}.example.com/</body></html>`;
const HEADERS = { 'content-type': 'text/html', 'x-canary': CANARY };
const JSON_HEADERS = { 'content-type': 'application/json', 'x-canary': CANARY };
interface Failure {
  readonly what: Fault['what'];
  readonly code: string | Partial<Record<string, string>>;
  readonly retryAfterSeconds?: number;
  /** The source is left alone for so long, though it didn't ask for it. */
  readonly pauseSeconds?: number;
}

function status(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault['what'] {
  return { do: 'status', status, body, headers: { ...HEADERS, ...headers } };
}

/** Those after which a source is left alone. All others, and all ways of asking, are in `faults/matrix.test.ts`. */
const FAILURES: Readonly<Record<string, Failure>> = {
  '401': { what: status(401, HTML), code: 'SOURCE_UNAUTHENTICATED', pauseSeconds: 30 },
  '429 with Retry-After': {
    what: status(429, CANARY, { 'retry-after': '17' }),
    code: 'SOURCE_RATE_LIMITED',
    retryAfterSeconds: 17,
  },
  '503': {
    what: status(503, HTML, { 'retry-after': '30' }),
    // That vendor's second rate limit answers so.
    code: { sap: 'SOURCE_RATE_LIMITED' },
    retryAfterSeconds: 30,
  },
};

function pauseAfter({ retryAfterSeconds, pauseSeconds }: Failure): number {
  return retryAfterSeconds ?? pauseSeconds ?? 0;
}

function codeOf({ code }: Failure, name: string): string {
  return typeof code === 'string' ? code : (code[name] ?? 'SOURCE_UNAVAILABLE');
}

function isData(kind: string): boolean {
  return kind !== 'token';
}

/** The sources whose tokens come from an endpoint of their own. */
const WITH_TOKENS = NAMES.filter((name) => {
  const { auth } = SIMULATED[name]?.simulate().sourceConfig('http://127.0.0.1') ?? {};
  return ['oauth2-client-credentials', 'api-key-exchange'].includes((auth as { type: string }).type);
});

const BY_SOURCE = `{
  sources {
    name
    jobs(first: 3) {
      nodes {
        id
        key
        name
        status
        attempts(first: 3) { nodes { key status } }
        steps(first: 3) { nodes { key status } }
        tasks(first: 3) { nodes { key status } }
        logs(first: 3) { nodes { timestamp message } }
      }
    }
  }
}`;
const ALL_JOBS = `{
  jobs(first: 200) {
    nodes { key source { name } }
    failures { source code message retryAfterSeconds jobId }
    totalCount
  }
}`;
const MERGED = `query ($jobs: [ID!]!) {
  logs(jobs: $jobs, first: 40) {
    nodes { id timestamp message job { id } }
    failures { source code message retryAfterSeconds jobId }
    isComplete
  }
}`;

interface JobRow {
  readonly id: string;
  readonly key: string;
  readonly logs: { readonly nodes: readonly unknown[] } | null;
}
interface BySource {
  readonly sources: readonly { readonly name: string; readonly jobs: { readonly nodes: readonly JobRow[] } | null }[];
}
interface FailureRow {
  readonly source: string;
  readonly code: string;
  readonly retryAfterSeconds: number | null;
  readonly jobId: string | null;
}
interface AllJobs {
  readonly jobs: {
    readonly nodes: readonly { readonly key: string; readonly source: { readonly name: string } }[];
    readonly failures: readonly FailureRow[];
    readonly totalCount: number | null;
  };
}
interface Merged {
  readonly logs: {
    readonly nodes: readonly unknown[];
    readonly failures: readonly FailureRow[];
    readonly isComplete: boolean;
  };
}

/** The service on a sandbox, and what it says while all is well. */
interface Bench {
  readonly sandbox: Sandbox;
  readonly service: Service;
  readonly sources: BySource['sources'];
  readonly jobs: AllJobs['jobs']['nodes'];
  /** A job with lines, of each source: its global id. */
  readonly ids: Readonly<Record<string, string>>;
}

type Change = (name: string, settings: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

async function startBench(sandbox: Sandbox, change: Change): Promise<Service> {
  const sources = Object.entries(sandbox.configuration.sources);
  return serve(Object.fromEntries(sources.map(([name, settings]) => [name, change(name, settings)])));
}

const withoutRetries: Change = (_name, settings) => ({ ...settings, limits: { retries: 0 } });

async function prepare(): Promise<Bench> {
  const sandbox = await startSandbox({ growing: false });
  const service = await startBench(sandbox, withoutRetries);
  const { data, errors } = await service.query<BySource>(BY_SOURCE);
  expect(errors).toBeUndefined();
  const ids = data.sources.map(({ name, jobs }) => {
    const withLines = jobs?.nodes.find(({ logs }) => (logs?.nodes.length ?? 0) > 0);
    if (withLines === undefined) throw new Error(`No job of ${name} has lines.`);
    return [name, withLines.id] as const;
  });
  const all = await service.query<AllJobs>(ALL_JOBS);
  expect(all.errors).toBeUndefined();
  expect(all.data.jobs.failures).toEqual([]);
  return {
    sandbox,
    service,
    sources: data.sources,
    jobs: all.data.jobs.nodes,
    ids: Object.fromEntries(ids),
  };
}

let bench: Bench;
beforeAll(async () => {
  bench = await prepare();
});
afterAll(async () => {
  await bench.service.stop();
  await bench.sandbox.close();
});
afterEach(() => {
  vi.useRealTimers();
  for (const server of Object.values(bench.sandbox.servers)) server.clearFaults();
});

function othersThan(name: string): string[] {
  return NAMES.filter((other) => other !== name);
}

/** The texts of the configuration that lead to the vendors or open them. */
function secrets(): string[] {
  return Object.values(bench.sandbox.servers).flatMap(({ origin, simulation }) => {
    const { auth } = simulation.sourceConfig(origin);
    const hidden = Object.entries(auth as Record<string, string>).filter(([key]) => key !== 'type');
    return [origin, new URL(origin).host, ...hidden.map(([, value]) => value)];
  });
}

function expectNoLeak(service: Service, ...answers: readonly Answer<unknown>[]): void {
  expect(service.log()).toContain('asked a source');
  const errors = answers.map(({ text }) => text).join('\n');
  for (const secret of [...secrets(), CANARY, '127.0.0.1', 'localhost', 'http://', 'Bearer ', 'Basic ']) {
    if (secret !== 'http://') expect(errors).not.toContain(secret);
    expect(service.log()).not.toContain(secret);
  }
}

/** Each code comes with the source's name, and with the time to wait if it is known. */
async function expectOnlyItsOwn(service: Service, name: string, failure: Failure): Promise<void> {
  const code = codeOf(failure, name);
  const { retryAfterSeconds } = failure;
  const extensions = { code, source: name, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  const row = { source: name, code, retryAfterSeconds: retryAfterSeconds ?? null };

  const bySource = await service.query<BySource>(BY_SOURCE);
  const place = NAMES.indexOf(name);
  expect(bySource.data.sources).toEqual(
    bench.sources.map((source) => (source.name === name ? { name, jobs: null } : source)),
  );
  expect(bySource.errors?.map((error) => error.extensions)).toEqual([extensions]);
  expect(bySource.errors?.[0]?.path?.slice(0, 3)).toEqual(['sources', place, 'jobs']);

  const all = await service.query<AllJobs>(ALL_JOBS);
  expect(all.errors).toBeUndefined();
  expect(all.data.jobs.nodes).toEqual(bench.jobs.filter(({ source }) => source.name !== name));
  expect(all.data.jobs.failures).toMatchObject([{ ...row, jobId: null }]);
  expect(all.data.jobs.totalCount).toBeNull();

  const others = await service.query<Merged>(MERGED, { jobs: othersThan(name).map((other) => bench.ids[other]) });
  expect(others.data.logs.failures).toEqual([]);
  expect(others.data.logs.nodes.length).toBeGreaterThan(3);
  const merged = await service.query<Merged>(MERGED, { jobs: Object.values(bench.ids) });
  expect(merged.errors).toBeUndefined();
  expect(merged.data.logs.nodes).toEqual(others.data.logs.nodes);
  expect(merged.data.logs.failures).toMatchObject([{ ...row, jobId: bench.ids[name] }]);
  expect(merged.data.logs.isComplete).toBe(false);

  expectNoLeak(service, bySource, all, merged);
}

describe.each(NAMES)('when %s goes wrong', (name) => {
  function inject({ what }: Failure): void {
    bench.sandbox.servers[name]?.inject({ what, kinds: isData });
  }

  async function expectRecovery(service: Service): Promise<void> {
    bench.sandbox.servers[name]?.clearFaults();
    const recovered = await service.query<BySource>(BY_SOURCE);
    expect(recovered.errors).toBeUndefined();
    expect(recovered.data.sources).toEqual(bench.sources);
  }

  test.each(Object.entries(FAILURES))(
    'with %s, its own fields have the error, and it gets no calls for a while',
    async (_, failure) => {
      const service = await startBench(bench.sandbox, withoutRetries);
      const server = bench.sandbox.servers[name];
      // The time of day stands still: what is left of a pause is the same in each answer.
      vi.useFakeTimers({ toFake: ['Date'] });
      inject(failure);
      await expectOnlyItsOwn(service, name, failure);
      server?.resetCalls();
      await expectOnlyItsOwn(service, name, failure);
      expect(server?.calls).toEqual([]);
      vi.setSystemTime(Date.now() + pauseAfter(failure) * 1_000);
      await expectRecovery(service);
      await service.stop();
    },
  );

  test('for its logs alone, its jobs are there', async () => {
    bench.sandbox.servers[name]?.inject({ what: status(500, HTML), kinds: ['logs'] });
    const { data, errors = [], text } = await bench.service.query<BySource>(BY_SOURCE);
    const place = NAMES.indexOf(name);
    expect(data.sources).toEqual(
      bench.sources.map((source) => {
        if (source.name !== name) return source;
        // Where runs are both attempts and lines, both are missing.
        const nodes = source.jobs?.nodes.map((job) => ({
          ...job,
          logs: null,
          ...(name === 'sap' ? { attempts: null } : {}),
          ...(name === 'bytenite' ? { tasks: null } : {}),
        }));
        return { name, jobs: { nodes } };
      }),
    );
    expect(errors.length).toBeGreaterThan(0);
    for (const { path, extensions } of errors) {
      expect(extensions).toEqual({ code: 'SOURCE_UNAVAILABLE', source: name });
      expect(path?.slice(0, 4)).toEqual(['sources', place, 'jobs', 'nodes']);
    }
    expect(text).not.toContain(CANARY);
  });
});

describe('when fields of one operation ask one source each', () => {
  const LISTED = 'nodes { id } pageInfo { hasNextPage } failures { source code }';

  test.each(NAMES)('the field that asks %s lists its failure, and the other fields are whole', async (name) => {
    const other = othersThan(name)[0] ?? name;
    const text = `query ($down: [ID!]!, $up: [ID!]!) {
      sources { name }
      downLogs: logs(jobs: $down, first: 2) { ${LISTED} totalCount isComplete }
      upLogs: logs(jobs: $up, first: 2) { ${LISTED} }
      downJobs: jobs(sources: ["${name}"], first: 2) { ${LISTED} totalCount }
      upJobs: jobs(sources: ["${other}"], first: 2) { ${LISTED} }
    }`;
    bench.sandbox.servers[name]?.inject({ what: status(500, HTML), kinds: isData });
    const { data, errors } = await bench.service.query<Record<string, { nodes: unknown[] }>>(text, {
      down: [bench.ids[name]],
      up: [bench.ids[other]],
    });
    const failures = [{ source: name, code: 'SOURCE_UNAVAILABLE' }];
    const down = { nodes: [], pageInfo: { hasNextPage: true }, failures, totalCount: null };
    // The count is unknown, and the field says why.
    for (const { path, extensions } of errors ?? []) {
      expect([path, extensions.code]).toEqual([['downLogs', 'totalCount'], 'SOURCE_UNAVAILABLE']);
    }
    expect(data).toMatchObject({
      sources: NAMES.map((one) => ({ name: one })),
      downLogs: { ...down, isComplete: false },
      downJobs: down,
      upLogs: { failures: [] },
      upJobs: { failures: [] },
    });
    expect([data['upLogs']?.nodes.length, data['upJobs']?.nodes.length]).toEqual([2, 2]);
  });
});

describe('a walk through merged lines', () => {
  interface Page {
    readonly logs: {
      readonly nodes: readonly { readonly id: string }[];
      readonly failures: readonly FailureRow[];
      readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>> &
        Readonly<Record<'startCursor' | 'endCursor', string | null>>;
    };
  }
  const WALK = `query ($jobs: [ID!]!, $first: Int, $after: String, $last: Int, $before: String) {
    logs(jobs: $jobs, first: $first, after: $after, last: $last, before: $before) {
      nodes { id }
      failures { source code }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  const SIZE = 60;

  /** Walks on through failures of the pages numbered, and gives all ids, sorted. */
  async function walk(name: string, kinds: readonly string[], broken: readonly number[], way: 'first' | 'last') {
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let number = 0; number < 100; number += 1) {
      const server = bench.sandbox.servers[name];
      const remove = broken.includes(number) ? server?.inject({ what: status(503, HTML), kinds }) : undefined;
      const place: Readonly<Record<string, unknown>> =
        way === 'first' ? { first: SIZE, after: cursor } : { last: SIZE, before: cursor };
      const { data, errors } = await bench.service.query<Page>(WALK, { jobs: Object.values(bench.ids), ...place });
      remove?.();
      expect(errors).toBeUndefined();
      const { nodes, failures, pageInfo } = data.logs;
      expect(failures.map(({ source }) => source)).toEqual(remove === undefined ? [] : [name]);
      ids.push(...nodes.map(({ id }) => id));
      cursor = way === 'first' ? pageInfo.endCursor : pageInfo.startCursor;
      if (!(way === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return ids.sort();
    }
    throw new Error('The walk has no end.');
  }

  test.each(['first', 'last'] as const)(
    'gives every line once although a source fails for some pages (%s)',
    async (way) => {
      const whole = await walk('sap', [], [], way);
      expect(whole.length).toBeGreaterThan(4 * SIZE);
      expect(new Set(whole).size).toBe(whole.length);
      for (const [name, kinds] of [
        // The call that names its schedules: before it, their number is unknown.
        ['sap', ['job', 'schedules']],
        ['sap', ['logs']],
        ['nemo', ['logs']],
        ['bytenite', ['logs']],
      ] as const) {
        for (const broken of [[0], [1], [0, 1], [2], [0, 2], [1, 3]]) {
          expect({ name, kinds, broken, ids: await walk(name, kinds, broken, way) }).toEqual({
            name,
            kinds,
            broken,
            ids: whole,
          });
        }
      }
    },
  );
});

describe('when the endpoint for tokens goes wrong', () => {
  const answers: readonly (readonly [string, Fault['what'], string])[] = [
    ['401', status(401, HTML), 'SOURCE_UNAUTHENTICATED'],
    ['403', status(403, HTML), 'SOURCE_UNAUTHENTICATED'],
    ['429', status(429, HTML), 'SOURCE_RATE_LIMITED'],
    ['500 with HTML', status(500, HTML), 'SOURCE_UNAVAILABLE'],
    ['no token', status(200, JSON.stringify({ [CANARY]: CANARY }), JSON_HEADERS), 'SOURCE_BAD_RESPONSE'],
    ['a connection reset', { do: 'reset' }, 'SOURCE_UNAVAILABLE'],
  ];
  test.each(WITH_TOKENS.flatMap((name) => answers.map((one) => [name, ...one] as const)))(
    'of %s, by %s, its own fields have the error and the others are whole',
    async (name, _, what, code) => {
      bench.sandbox.servers[name]?.inject({ what, kinds: ['token'] });
      const service = await startBench(bench.sandbox, withoutRetries);
      await expectOnlyItsOwn(service, name, { what, code });
      await service.stop();
    },
  );
});

describe('when nothing is where a source should be', () => {
  test('an unknown host and a refused port are reported without their names', async () => {
    const port = new URL(bench.sandbox.servers['nemo']?.origin ?? '').port;
    const unreachable = {
      host: { vendor: 'softwareone', baseUrl: `http://${CANARY}.invalid/${CANARY}`, auth: { type: 'none' } },
      port: { vendor: 'softwareone', baseUrl: `http://127.0.0.1:1/${CANARY}`, auth: { type: 'none' } },
      path: { vendor: 'softwareone', baseUrl: `http://127.0.0.1:${port}/${CANARY}`, auth: { type: 'none' } },
    };
    const limited = Object.entries(unreachable).map(([name, settings]) => [
      name,
      { ...settings, limits: { retries: 0, timeout: '5s' } },
    ]);
    const service = await serve(Object.fromEntries(limited) as Record<string, unknown>);
    const answer = await service.query('{ sources { name jobs { nodes { key } } health { state code message } } }');
    const codes = new Map(answer.errors?.map(({ extensions }) => [extensions.source, extensions.code]));
    expect(codes.get('port')).toBe('SOURCE_UNAVAILABLE');
    expect(codes.get('path')).toBe('NOT_FOUND');
    // A machine without a resolver may take longer than a source may.
    expect(['SOURCE_UNAVAILABLE', 'SOURCE_TIMEOUT']).toContain(codes.get('host'));
    expectNoLeak(service, answer);
    await service.stop();
  });
});
