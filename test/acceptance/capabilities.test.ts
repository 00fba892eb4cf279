import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SANDBOX_SOURCES, startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { RecordedCall } from '../../src/sandbox/types.ts';
import { serve } from './service.ts';
import type { Service } from './service.ts';

/** What `capabilities` and `health` say is compared with what the vendors were asked and what came out. */

interface Capabilities {
  readonly attempts: boolean;
  readonly steps: boolean;
  readonly tasks: boolean;
  readonly nativePagination: string;
  readonly maxPageSize: number | null;
  readonly totalCount: boolean;
  readonly pushdown: readonly string[];
}
interface Health {
  readonly state: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly latencyMilliseconds: number | null;
}
interface Source {
  readonly name: string;
  readonly vendor: string;
  readonly capabilities: Capabilities;
  readonly health: Health;
}

const SOURCES = `{
  sources {
    name
    vendor
    capabilities { attempts steps tasks nativePagination maxPageSize totalCount pushdown }
    health { state code message checkedAt latencyMilliseconds }
  }
}`;

const SECOND = 1_000_000_000n;
const BEGIN = BigInt(Date.parse('2026-01-01T00:00:00Z')) * 1_000_000n;
const SEVERITIES = ['info', 'warn', 'error'] as const;

let sandbox: Sandbox;
let service: Service;
const capabilities = new Map<string, Capabilities>();
/** Jobs of the test: one with a few lines, one with many. */
const short = new Map<string, string>();
const long = new Map<string, string>();
const LONG = 2_500;

beforeAll(async () => {
  sandbox = await startSandbox({ growing: false });
  for (const name of SANDBOX_SOURCES) {
    const simulation = sandbox.servers[name]?.simulation;
    if (simulation === undefined) throw new Error(`There is no ${name} in the sandbox.`);
    const one = simulation.createJob({ name: 'short' });
    const line = (index: number) => ({
      time: BEGIN + BigInt(index) * SECOND,
      message: `line ${index}`,
      severity: SEVERITIES[index % 3] ?? 'info',
    });
    simulation.write(one, [0, 1, 2, 3, 4, 5].map(line));
    short.set(name, one);
    const other = simulation.createJob({ name: 'long' });
    simulation.generate(other, LONG, line);
    long.set(name, other);
  }
  service = await serve(sandbox.configuration.sources);
  const { data } = await service.query<{ sources: Source[] }>(SOURCES);
  for (const source of data.sources) capabilities.set(source.name, source.capabilities);
});
afterAll(async () => {
  await service.stop();
  await sandbox.close();
});
afterEach(() => {
  for (const server of Object.values(sandbox.servers)) server.clearFaults();
});

function can(name: string): Capabilities {
  const found = capabilities.get(name);
  if (found === undefined) throw new Error(`Nothing is known of ${name}.`);
  return found;
}

/** The log calls that a vendor was asked while something was done. */
async function logCalls(name: string, act: () => Promise<unknown>): Promise<readonly RecordedCall[]> {
  const server = sandbox.servers[name];
  server?.resetCalls();
  await act();
  return (server?.calls ?? []).filter(({ kind }) => kind === 'logs' || kind === 'run');
}

interface Logs {
  readonly nodes: readonly { readonly message: string; readonly timestamp: string }[];
  readonly totalCount: number | null;
}

async function logs(name: string, key: string | undefined, args: string): Promise<Logs> {
  const text = `query ($source: String!, $key: String!) {
    job(source: $source, key: $key) { logs(${args}) { nodes { message timestamp } totalCount } }
  }`;
  const { data, errors } = await service.query<{ job: { logs: Logs } }>(text, { source: name, key });
  expect(errors).toBeUndefined();
  return data.job.logs;
}

/** What the calls ask for, in pages of whatever size: where a filter is applied here, pages may be larger. */
function questionsOf(calls: readonly RecordedCall[]): readonly unknown[] {
  return calls.map(({ url, body }) => [url.replace(/([?&])limit=\d+/, '$1limit'), body]);
}

describe('the sources', () => {
  test('are all up, and one call to each finds that out', async () => {
    const { data, errors } = await service.query<{ sources: Source[] }>(SOURCES);
    expect(errors).toBeUndefined();
    const configured = Object.entries(sandbox.configuration.sources);
    expect(data.sources.map(({ name, vendor }) => [name, vendor])).toEqual(
      configured.map(([name, { vendor }]) => [name, vendor]),
    );
    for (const { health } of data.sources) {
      expect(health).toMatchObject({ state: 'UP', code: null, message: null });
      expect(health.latencyMilliseconds).toBeGreaterThanOrEqual(0);
    }
  });

  test('report in their health what is wrong with them, and the health of the others stays good', async () => {
    sandbox.servers['deepset']?.inject({ what: { do: 'status', status: 401, body: 'no' } });
    sandbox.servers['nemo']?.inject({
      what: { do: 'status', status: 429, body: 'no', headers: { 'retry-after': '9' } },
    });
    const fresh = await serve(sandbox.configuration.sources);
    const { data, errors } = await fresh.query<{ sources: Source[] }>(SOURCES);
    await fresh.stop();
    expect(errors).toBeUndefined();
    const wrong: Readonly<Record<string, unknown>> = {
      nemo: ['DEGRADED', 'SOURCE_RATE_LIMITED'],
      deepset: ['DOWN', 'SOURCE_UNAUTHENTICATED'],
    };
    expect(data.sources.map(({ health }) => [health.state, health.code])).toEqual(
      SANDBOX_SOURCES.map((name) => wrong[name] ?? ['UP', null]),
    );
  });
});

describe.each(SANDBOX_SOURCES)('the capabilities of %s', (name) => {
  test.each(['attempts', 'steps', 'tasks'] as const)('say whether there are %s', async (part) => {
    interface Listed {
      readonly source: { readonly jobs: { readonly nodes: readonly Record<typeof part, { nodes: unknown[] }>[] } };
    }
    const text = `{ source(name: "${name}") { jobs(first: 20) { nodes { ${part} { nodes { key } } } } } }`;
    const { data, errors } = await service.query<Listed>(text);
    expect(errors).toBeUndefined();
    const found = data.source.jobs.nodes.some((job) => job[part].nodes.length > 0);
    expect(found).toBe(can(name)[part]);
  });

  test('say how the log is paged, and how large a page is', async () => {
    const { nativePagination, maxPageSize } = can(name);
    const calls = await logCalls(name, async () => {
      const { nodes } = await logs(name, long.get(name), 'first: 1000');
      expect(nodes.length).toBe(1000);
    });
    if (maxPageSize === null) {
      expect([nativePagination, calls.length]).toEqual(['WHOLE_RESPONSE', 1]);
      return;
    }
    expect(calls.length).toBeGreaterThanOrEqual(Math.ceil(1000 / maxPageSize));
    // A list that is newest first is asked once for its other end, and once beyond it for runs that ended late.
    const around = nativePagination === 'RECORD_KEYSET' ? 2 : 1;
    expect(calls.length).toBeLessThanOrEqual(Math.ceil(1000 / maxPageSize) + around);
    const queries = calls.map(({ url }) => new URL(url, 'http://vendor').searchParams);
    const sizes = queries.map((query) => Number(query.get('limit') ?? query.get('page_size')));
    // The few rows beyond a full page may come in a small one.
    expect(sizes).toContain(maxPageSize);
    expect(Math.max(...sizes)).toBe(maxPageSize);
    const parameters = {
      PAGE_TOKEN: ['page_cursor'],
      OFFSET: ['offset'],
      RECORD_KEYSET: ['next', 'prev'],
      TIME_KEYSET: ['after'],
    };
    const more = await logCalls(name, () => logs(name, long.get(name), 'last: 1'));
    const all = [...calls, ...more].map(({ url }) => new URL(url, 'http://vendor').searchParams);
    const seen = Object.entries(parameters).filter(([, words]) =>
      all.some((query) => words.some((word) => query.has(word))),
    );
    expect(seen.map(([scheme]) => scheme)).toContain(nativePagination);
  });

  test('say whether lines are counted', async () => {
    for (const [key, count] of [
      [short.get(name), 6],
      [long.get(name), LONG],
    ] as const) {
      const { totalCount } = await logs(name, key, 'first: 2');
      expect(totalCount).toBe(can(name).totalCount ? count : null);
    }
  });

  /** Filters that each vendor could apply, with what of the short job they let through. */
  const filters: readonly (readonly [string, string, readonly number[]])[] = [
    ['SINCE', 'since: "2026-01-01T00:00:02Z"', [2, 3, 4, 5]],
    ['UNTIL', 'until: "2026-01-01T00:00:04Z"', [0, 1, 2, 3]],
    ['MIN_SEVERITY', 'minSeverity: ERROR', [2, 5]],
    ['SEVERITY_IN', 'severityIn: [ERROR]', [2, 5]],
    ['CONTAINS', 'contains: "line 4"', [4]],
    ['NOT_CONTAINS', 'notContains: "line 4"', [0, 1, 2, 3, 5]],
    ['MATCHES', 'matches: "^line [12]$"', [1, 2]],
  ];
  test.each(filters)('say whether %s is applied by the vendor', async (field, filter, wanted) => {
    const key = short.get(name);
    const answers: string[] = [];
    let differs = false;
    for (const direction of ['ASC', 'DESC']) {
      const args = `first: 10, orderBy: { direction: ${direction} }`;
      const plain = await logCalls(name, () => logs(name, key, args));
      const filtered = await logCalls(name, async () => {
        const { nodes } = await logs(name, key, `${args}, filter: { ${filter} }`);
        answers.push(...nodes.map(({ message }) => message));
      });
      const asked = (calls: readonly RecordedCall[]): unknown => questionsOf(calls)[0];
      differs ||= JSON.stringify(asked(plain)) !== JSON.stringify(asked(filtered));
    }
    // One vendor has no levels, one gives each line that of its run: there a severity may be another one.
    if (!/SEVERITY/.test(field) || !['nemo', 'sap'].includes(name)) {
      const messages = wanted.map((index) => `line ${index}`);
      expect(answers).toEqual([...messages, ...messages.toReversed()]);
    }
    expect({ field, differs }).toEqual({ field, differs: can(name).pushdown.includes(field) });
  });

  test.each([
    ['attempts', 'ATTEMPT_IN', 'attemptIn'],
    ['steps', 'STEP_IN', 'stepIn'],
    ['tasks', 'TASK_IN', 'taskIn'],
  ] as const)('say whether lines of certain %s are picked by the vendor', async (part, field, argument) => {
    interface Part {
      readonly job: Record<typeof part, { nodes: { key: string }[] }>;
    }
    // The demonstration's first job there has several schedules.
    const key = name === 'sap' ? '1' : short.get(name);
    const text = `query ($source: String!, $key: String!) { job(source: $source, key: $key) { ${part} { nodes { key } } } }`;
    const { data } = await service.query<Part>(text, { source: name, key });
    const first = data.job[part].nodes[0]?.key;
    const pushed = can(name).pushdown.includes(field);
    if (first === undefined) {
      expect(pushed).toBe(false);
      return;
    }
    const plain = await logCalls(name, () => logs(name, key, 'first: 10'));
    const filtered = await logCalls(name, () => logs(name, key, `first: 10, filter: { ${argument}: ["${first}"] }`));
    const differs = filtered.length > 0 && JSON.stringify(questionsOf(plain)) !== JSON.stringify(questionsOf(filtered));
    expect({ field, differs }).toEqual({ field, differs: pushed });
  });
});
