import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import { buildSchema, graphql, isUnionType } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTributary, subgraphText } from '../../src/library/index.ts';
import type { Tributary } from '../../src/library/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { hasPackages } from '../support/folders.ts';
import { Supergraph } from './supergraph.ts';

const ready = await hasPackages('test/gateways');

/** Another subgraph, which adds to jobs of ours and leads to them. */
const REVIEWS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable"])
  type Query { reviews: [Review!]! }
  type Review @key(fields: "id") { id: ID! text: String! job: Job! }
  type Job @key(fields: "id") { id: ID! reviews: [Review!]! }
`;

const supergraph = new Supergraph();
let sandbox: Sandbox;
let tributary: Tributary;
let urls: { readonly direct: string; readonly apollo: string; readonly hive: string };
/** The ids of a finished, a failed and a running job. */
let ids: Readonly<Record<'finished' | 'failed' | 'running', string>>;

/** Answers for the other subgraph. */
function reviews(): RequestListener {
  const gatewayFields =
    'scalar _Any union _Entity = Job extend type Query { _entities(representations: [_Any!]!): [_Entity]! }';
  const schema = buildSchema(
    `${REVIEWS.replace(/extend schema.*/, '').replaceAll(/@key\(.*?\)/g, '')} ${gatewayFields}`,
  );
  const union = schema.getType('_Entity');
  if (isUnionType(union)) union.resolveType = () => 'Job';
  const reviewOf = (id: string) => ({ id: `review of ${id}`, text: 'Look at the last line.', job: { id } });
  const rootValue = {
    reviews: () => Object.values(ids).map(reviewOf),
    _entities: ({ representations }: { representations: readonly { id: string }[] }) =>
      representations.map(({ id }) => ({ id, reviews: [reviewOf(id)] })),
  };
  return (request, response) => {
    void (async () => {
      const { query, variables } = (await json(request)) as { query: string; variables?: Record<string, unknown> };
      const answer = await graphql({ schema, source: query, rootValue, variableValues: variables });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    })();
  };
}

interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly { readonly path?: readonly unknown[]; readonly extensions?: { readonly code?: string } }[];
}

async function ask(url: string, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as Answer;
}

beforeAll(async () => {
  if (!ready) return;
  sandbox = await startSandbox({ growing: false });
  tributary = await createTributary(sandbox.configuration as Parameters<typeof createTributary>[0]);
  const direct = await supergraph.listen(tributary.listener);
  const gateways = await supergraph.gateways([
    { name: 'tributary', url: direct, sdl: subgraphText() },
    { name: 'reviews', url: await supergraph.listen(reviews()), sdl: REVIEWS },
  ]);
  urls = { direct, ...gateways };
  const { data } = await ask(
    direct,
    `{ finished: job(source: "nemo", key: "default/ticket-router-sft") { id }
       failed: job(source: "nemo", key: "default/support-assistant-full") { id }
       running: job(source: "nemo", key: "default/support-assistant-dpo") { id } }`,
  );
  ids = Object.fromEntries(
    Object.entries(data ?? {}).map(([name, job]) => [name, (job as { id: string }).id]),
  ) as typeof ids;
});

afterAll(async () => {
  if (!ready) return;
  await supergraph.close();
  await tributary.close();
  await sandbox.close();
});

const LINES =
  'edges { cursor late: __typename node { id timestamp severity message(maxLength: 40) } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount';

const QUERIES: readonly (readonly [string, string])[] = [
  [
    'sources and what they can do',
    '{ sources { id name vendor capabilities { nativePagination pushdown } } source(name: "sap") { vendor } }',
  ],
  [
    'jobs of all sources with their last lines',
    '{ jobs(first: 10) { edges { cursor node { id key name status createdAt source { name } logs(last: 2) { nodes { message } } } } pageInfo { endCursor hasNextPage } failures { code } } }',
  ],
  [
    'a job with its attempts, steps and tasks',
    'query ($failed: ID!) { node(id: $failed) { __typename id ... on Job { attempts { nodes { id number status } } steps { nodes { id name status tasks { nodes { id } } } } tasks { nodes { id name } } } } }',
  ],
  [
    'pages of merged logs from both ends',
    `query ($finished: ID!, $failed: ID!) { first: logs(jobs: [$finished, $failed], first: 25) { ${LINES} } last: logs(jobs: [$finished, $failed], last: 25, filter: { minSeverity: WARN }) { ${LINES} } }`,
  ],
  [
    'a histogram',
    'query ($finished: ID!) { logHistogram(jobs: [$finished], buckets: 4) { total buckets { from total counts { severity count } } } }',
  ],
  [
    'conditions, names and fragments',
    'query ($failed: ID!, $finished: ID!) { nodes(ids: [$failed, $finished]) { ...named } a: job(source: "bytenite", key: "nowhere") { name } } fragment named on Job { name @include(if: true) status @skip(if: true) }',
  ],
];

const FAILING: readonly (readonly [string, string])[] = [
  ['a cursor that is none', '{ jobs(first: 1, after: "no cursor") { nodes { name } } sources { name } }'],
  ['an id that is none', '{ nodes(ids: ["no id"]) { id } sources { name } }'],
  [
    'a page with two ends',
    'query ($finished: ID!) { logs(jobs: [$finished], first: 1, last: 1) { nodes { id } } sources { name } }',
  ],
];

describe.skipIf(!ready)('a gateway', () => {
  describe.each(['apollo', 'hive'] as const)('(%s)', (name) => {
    test.each(QUERIES)('gives what a direct query gives: %s', async (_what, query) => {
      const direct = await ask(urls.direct, query, ids);
      expect(direct.errors).toBeUndefined();
      expect(await ask(urls[name], query, ids)).toEqual(direct);
    });

    test.each(FAILING)('passes the code of an error on, and the data beside it: %s', async (_what, query) => {
      const codes = ({ errors = [] }: Answer): unknown[] =>
        errors.map(({ path, extensions }) => [path, extensions?.code]);
      const direct = await ask(urls.direct, query, ids);
      const answer = await ask(urls[name], query, ids);
      expect(codes(direct)).toHaveLength(1);
      expect(codes(answer)).toEqual(codes(direct));
      expect(answer.data).toEqual(direct.data);
    });

    test('adds fields of another subgraph to jobs, and leads from there to their logs', async () => {
      const { data, errors } = await ask(
        urls[name],
        'query ($failed: ID!) { node(id: $failed) { ... on Job { name reviews { text } } } reviews { text job { name logs(last: 1) { nodes { message } } } } }',
        ids,
      );
      expect(errors).toBeUndefined();
      const text = 'Look at the last line.';
      expect(data).toMatchObject({
        node: { name: 'support-assistant-full', reviews: [{ text }] },
        reviews: ['ticket-router-sft', 'support-assistant-full', 'support-assistant-dpo'].map((job) => ({
          text,
          job: { name: job, logs: { nodes: [{}] } },
        })),
      });
    });
  });

  test('(hive) passes a subscription on as server-sent events, and adds fields of another subgraph to what it brings', async () => {
    const events: unknown[] = [];
    const query = `subscription ($jobs: [ID!]!) { logEntries(jobs: $jobs, tail: 2) { __typename
      ... on LogBatch { edges { node { message job { reviews { text } } } } } ... on LogStreamEnd { reason } } }`;
    for (const url of [urls.direct, urls.hive]) {
      const text = url === urls.direct ? query.replace('job { reviews { text } }', 'job { name }') : query;
      const client = createClient({ url });
      const seen: unknown[] = [];
      for await (const { data } of client.iterate({ query: text, variables: { jobs: [ids.finished] } }))
        seen.push(data);
      events.push(seen);
      client.dispose();
    }
    const [direct, through] = events;
    const messages = JSON.stringify(direct).replaceAll(
      '{"name":"ticket-router-sft"}',
      '{"reviews":[{"text":"Look at the last line."}]}',
    );
    expect(JSON.stringify(direct)).toContain('JOB_FINISHED');
    expect(JSON.stringify(through)).toBe(messages);
  });
});
