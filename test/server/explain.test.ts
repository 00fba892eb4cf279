import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Federation } from '../../src/federation/api.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';
import type { ServerOptions } from '../../src/server/server.ts';

let federation: Federation;
let close: () => Promise<void>;

beforeAll(async () => {
  const sandbox = await startSandbox();
  const origin = 'the sandbox';
  const sources = connectSources(
    parseConfiguration(sandbox.configuration, { origin, vendors: VENDORS, environment: {} }),
  );
  federation = createFederation(sources);
  close = async () => {
    await federation.close();
    await closeSources(sources);
    await sandbox.close();
  };
}, 60_000);

afterAll(() => close());

const QUERY =
  '{ soon: jobs(sources: ["deepset"], first: 3) { nodes { name logs(last: 2) { nodes { message } } } } sources { name } }';

interface Explained {
  readonly status: number;
  readonly data: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly explain?: Record<string, unknown> };
}

async function ask(server: TestServer, query: string, headers: Record<string, string>): Promise<Explained> {
  return (await server.query(query, {}, headers)) as unknown as Explained;
}

function logged({ log }: TestServer, message: string): Record<string, unknown>[] {
  return log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
}

/** The service in front of the sandbox. Closing it leaves the sandbox's federation to the other tests. */
function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return start({ ...federation, close: () => Promise.resolve() }, options);
}

describe('x-tributary-explain', () => {
  test('plan: gives the estimate of each root field and of all, and calls no vendor', async () => {
    const server = await serve();
    const { data, errors, extensions } = await ask(server, QUERY, { 'x-tributary-explain': 'plan' });
    expect([data, errors]).toEqual([null, undefined]);
    const { estimate, fields } = extensions?.explain as {
      estimate: { calls: number; work: number };
      fields: { field: string; calls: number; work: number }[];
    };
    expect(fields.map(({ field, calls }) => [field, calls])).toEqual([
      ['soon', 4],
      ['sources', 0],
    ]);
    expect(fields.reduce((sum, { calls }) => sum + calls, 0)).toBe(estimate.calls);
    expect(fields.reduce((sum, { work }) => sum + work, 0)).toBe(estimate.work);
    const traced = await ask(server, '{ sources { name } }', { 'x-tributary-explain': 'trace' });
    expect(traced.extensions?.explain).toMatchObject({ used: { calls: 0 }, calls: [] });
  });

  test('plan: answers for a query that is over the limit, and names the limit', async () => {
    const server = await serve({ limits: { calls: 2 } });
    expect((await ask(server, QUERY, {})).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    const { extensions } = await ask(server, QUERY, { 'x-tributary-explain': 'plan' });
    expect(extensions?.explain).toMatchObject({ estimate: { calls: 4 }, limits: { calls: 2 } });
  });

  test('trace: adds the vendor calls that were made, without a URL, and leaves the data as it is', async () => {
    const server = await serve();
    const traced = await ask(server, QUERY, { 'x-tributary-explain': 'trace' });
    expect(traced.data).toMatchObject({ soon: { nodes: [{}, {}, {}] } });
    const { calls, used, omittedCalls } = traced.extensions?.explain as {
      calls: Record<string, unknown>[];
      used: { calls: number; rows: number };
      omittedCalls: number;
    };
    expect(omittedCalls).toBe(0);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.length).toBeLessThanOrEqual(used.calls);
    for (const call of calls) {
      expect(call).toMatchObject({ source: 'deepset', outcome: 'ok', httpStatus: 200, retries: 0 });
      expect(call['route']).toMatch(/^GET \/[^?]*$/);
    }
    expect(JSON.stringify(traced.extensions)).not.toContain('127.0.0.1');
    expect((await ask(server, QUERY, {})).extensions?.explain).toBeUndefined();
  });

  test('any other word is refused with those that are allowed', async () => {
    const { errors } = await ask(await serve(), QUERY, { 'x-tributary-explain': 'all' });
    expect(errors?.[0]).toMatchObject({
      message: 'x-tributary-explain: expected "plan" or "trace".',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('plan: answers for a subscription, too, which can have no trace', async () => {
    const server = await serve();
    const subscription = 'subscription { logEntries(jobs: ["a", "b"]) { __typename } }';
    const stream = { accept: 'text/event-stream' };
    const askFor = async (word: string): Promise<Explained> => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tributary-explain': word, ...stream },
        body: JSON.stringify({ query: subscription }),
      });
      return JSON.parse(/^data: (\{.*)$/m.exec(await response.text())?.[1] ?? '') as Explained;
    };
    expect((await askFor('plan')).extensions?.explain).toMatchObject({ estimate: { calls: 2 } });
    expect((await askFor('trace')).errors?.[0]).toMatchObject({
      message: 'x-tributary-explain: expected "plan" for a subscription.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test.each(['plan', 'trace'])('%s is only for callers whose role allows it', async (word) => {
    const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
    const server = await serve({
      auth: {
        type: 'keys',
        keys: ['may', 'may-not'].map((name) => ({ name, sha256: sha256(name), roles: [name] })),
        roles: {
          may: { sources: null, operations: ['query', 'explain'] },
          'may-not': { sources: null, operations: ['query'] },
        },
      },
    });
    const as = (key: string): Record<string, string> => ({
      authorization: `Bearer ${key}`,
      'x-tributary-explain': word,
    });
    expect((await ask(server, QUERY, as('may'))).extensions?.explain).toBeDefined();
    const refused = await ask(server, QUERY, as('may-not'));
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(refused.data ?? null).toBeNull();
    expect(refused.extensions?.explain).toBeUndefined();
  });
});

describe('limits.measureOnly', () => {
  test('lets an operation over the estimated limits through, and logs it', async () => {
    const server = await serve({ limits: { calls: 2, measureOnly: true } });
    const { errors, data } = await ask(server, QUERY, { 'x-request-id': 'one' });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ soon: { nodes: [{}, {}, {}] } });
    expect(logged(server, 'an operation is over a limit that is only measured')).toMatchObject([
      { requestId: 'one', estimate: { calls: 4 } },
    ]);
  });

  test('lets an operation use more than its budget, and logs what it used', async () => {
    const server = await serve({ limits: { rows: 4, measureOnly: true } });
    const { errors } = await ask(server, QUERY, { 'x-request-id': 'two' });
    expect(errors).toBeUndefined();
    const [line, ...others] = logged(server, 'an operation was over a limit that is only measured');
    expect(others).toEqual([]);
    expect(line?.['requestId']).toBe('two');
    expect((line?.['used'] as { rows: number }).rows).toBeGreaterThan(4);
    const strict = await serve({ limits: { rows: 4 } });
    expect((await ask(strict, QUERY, {})).errors?.[0]?.extensions.code).toBe('UPSTREAM_BUDGET_EXCEEDED');
  });
});
