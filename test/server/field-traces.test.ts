import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Federation } from '../../src/federation/api.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { MOST_NODES } from '../../src/server/field-traces/field-trace.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { hasPackages, ROOT } from '../support/folders.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';

/** Traces are read by the package with which Apollo's gateways read them. */
const ready = await hasPackages('test/gateways');

let federation: Federation;
let close: () => Promise<void>;

beforeAll(async () => {
  const sandbox = await startSandbox();
  const sources = connectSources(
    parseConfiguration(sandbox.configuration, { origin: 'the sandbox', vendors: VENDORS, environment: {} }),
  );
  federation = createFederation(sources);
  close = async () => {
    await federation.close();
    await closeSources(sources);
    await sandbox.close();
  };
});

afterAll(() => close());

interface Node {
  /** Which of the next two there is. */
  readonly id?: 'responseName' | 'index';
  readonly responseName: string;
  readonly index: number;
  readonly originalFieldName: string;
  readonly type: string;
  readonly parentType: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly error: readonly { readonly message: string; readonly json: string }[];
  readonly child: readonly Node[];
}

interface Trace {
  readonly root: Node;
  readonly durationNs: number;
  readonly isIncomplete: boolean;
  readonly startTime: { readonly seconds: number; readonly nanos: number };
  readonly endTime: { readonly seconds: number; readonly nanos: number };
}

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: Readonly<Record<string, unknown>> & { readonly ftv1?: string };
}

function traceIn({ extensions }: Answer): Trace {
  const require = createRequire(import.meta.url);
  const reader = `${ROOT}/test/gateways/node_modules/@apollo/usage-reporting-protobuf`;
  const { Trace } = require(reader) as { Trace: { decode: (bytes: Buffer) => Trace } };
  return Trace.decode(Buffer.from(extensions?.ftv1 ?? '', 'base64'));
}

const WANTED = { 'apollo-federation-include-trace': 'ftv1' };

async function ask(server: TestServer, query: string, headers: Record<string, string> = WANTED): Promise<Answer> {
  return (await server.query(query, {}, headers)) as unknown as Answer;
}

/** The service in front of the sandbox. Closing it leaves the sandbox's federation to the other tests. */
function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return start({ ...federation, close: () => Promise.resolve() }, { subgraphTraces: true, ...options });
}

const nodesOf = (node: Node): readonly Node[] => [node, ...node.child.flatMap(nodesOf)];
const keyOf = (node: Node): string | number => (node.id === 'index' ? node.index : node.responseName);

describe.skipIf(!ready)('a trace of fields', () => {
  test('has each field of the answer, with its types and times within those of the trace', async () => {
    const server = await serve();
    const query =
      '{ all: sources { name } job(source: "nemo", key: "default/ticket-router-sft") { id logs(first: 3) { nodes { message } } } }';
    const answer = await ask(server, query);
    const { root, durationNs, isIncomplete, startTime, endTime } = traceIn(answer);
    expect(isIncomplete).toBe(false);
    expect(root.child.map(keyOf)).toEqual(['all', 'job']);
    const [all, job] = root.child as [Node, Node];
    expect(all).toMatchObject({ originalFieldName: 'sources', type: '[Source!]!', parentType: 'Query' });
    expect(all.child.map(keyOf)).toEqual([0, 1, 2, 3, 4]);
    expect(all.child[4]!.child[0]).toMatchObject({ responseName: 'name', type: 'String!', parentType: 'Source' });
    expect(job.originalFieldName).toBe('');
    const nodes = job.child.find((child) => keyOf(child) === 'logs')!.child[0]!;
    expect(nodes.child.map(keyOf)).toEqual([0, 1, 2]);
    for (const node of nodesOf(root)) {
      expect(node.endTime).toBeGreaterThanOrEqual(node.startTime);
      expect(node.endTime).toBeLessThanOrEqual(durationNs);
    }
    // Its vendor is asked over HTTP, from the job's beginning on.
    expect(nodes.endTime - job.startTime).toBeGreaterThan(100_000);
    const wall = (endTime.seconds - startTime.seconds) * 1e9 + endTime.nanos - startTime.nanos;
    expect(Math.abs(wall - durationNs)).toBeLessThan(1e9);
    expect(startTime.seconds).toBeGreaterThan(1.7e9);
  });

  test('does not change the answer, compiled or not', async () => {
    const server = await serve();
    const query =
      '{ jobs(first: 8) { edges { cursor node { id name status } } pageInfo { hasNextPage } } none: node(id: "bm9uZQ") { id } }';
    const answers = [];
    for (const headers of [WANTED, {}, WANTED, {}, WANTED]) {
      const { extensions, ...answer } = await ask(server, query, headers);
      expect(extensions?.ftv1 === undefined).toBe(headers !== WANTED);
      answers.push(JSON.stringify(answer).replaceAll(/"requestId":"[^"]*"/g, ''));
    }
    expect(new Set(answers).size).toBe(1);
  });

  test('has the errors that the client sees, at their fields, and nothing more', async () => {
    const job = (): Promise<never> => Promise.reject(new Error('a secret of ours'));
    const server = await start({ ...federation, job, close: () => Promise.resolve() }, { subgraphTraces: true });
    const answer = await ask(
      server,
      '{ a: jobs(first: 1, after: "no cursor") { nodes { name } } job(source: "nemo", key: "x") { name } }',
    );
    const errors = nodesOf(traceIn(answer).root).flatMap((node) =>
      node.error.map((error) => [keyOf(node), error] as const),
    );
    expect(errors.map(([key, { message }]) => [key, message])).toEqual([
      ['a', expect.stringContaining('The cursor was not issued for this connection')],
      ['job', 'Unexpected error.'],
    ]);
    expect(answer.errors).toHaveLength(2);
    for (const [, { json }] of errors) expect(answer.errors).toContainEqual(JSON.parse(json));
    expect(Buffer.from(answer.extensions!.ftv1!, 'base64').toString('latin1')).not.toContain('secret');
  });

  test('of a large answer is cut and marked as cut', async () => {
    const server = await serve();
    const fields = Array.from({ length: 60 }, (_, index) => `m${index}: message`).join(' ');
    const query = `{ job(source: "nemo", key: "default/ticket-router-sft") { logs(first: 1000) { nodes { ${fields} } } } }`;
    const answer = await ask(server, query);
    expect(answer.errors).toBeUndefined();
    const trace = traceIn(answer);
    const nodes = nodesOf(trace.root).length - 1;
    expect([trace.isIncomplete, nodes]).toEqual([true, MOST_NODES]);
    expect(answer.extensions!.ftv1!.length).toBeLessThan(MOST_NODES * 100);
  });

  test('is for callers whose role allows explanations; others get the answer alone', async () => {
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
    const as = (key: string) => ask(server, '{ sources { name } }', { ...WANTED, authorization: `Bearer ${key}` });
    const [may, mayNot] = await Promise.all([as('may'), as('may-not')]);
    expect(traceIn(may).root.child).toHaveLength(1);
    expect(mayNot.extensions).toBeUndefined();
    expect(mayNot.data).toEqual(may.data);
  });

  test.each([
    ['the configuration leaves it off', { subgraphTraces: false }, WANTED],
    ['the request has no such header', {}, {}],
    ['another format is asked for', {}, { 'apollo-federation-include-trace': 'ftv2' }],
  ])('is not in the answer where %s', async (_why, options, headers) => {
    const server = await serve(options);
    const answer = await ask(server, '{ sources { name } }', headers);
    expect(answer.data).toBeTruthy();
    expect(answer.extensions).toBeUndefined();
  });
});
