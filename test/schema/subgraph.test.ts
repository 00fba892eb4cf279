import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import {
  buildClientSchema,
  getIntrospectionQuery,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
} from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schemaText, subgraphText } from '../../src/library/texts.ts';
import { start } from '../cli/command-line.ts';
import { start as startServer } from '../server/start.ts';
import { hasPackages, ROOT } from '../support/folders.ts';

const ready = await hasPackages('test/tools');

/** Another Relay graph, with nodes of its own, that adds to a job. */
const REVIEWS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable"])
  interface Node { id: ID! }
  type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! reviews(first: Int): ReviewConnection! }
  type Review implements Node @key(fields: "id") { id: ID! text: String! job: Job! }
  type ReviewConnection { nodes: [Review!]! pageInfo: PageInfo! }
  type Job @key(fields: "id") { id: ID! reviews: [Review!]! }
  type LogEntry @key(fields: "id") { id: ID! comment: String }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

type Complaints = Readonly<Record<'apollo' | 'guild' | 'wundergraph', readonly string[]>>;

/** What each composer has against the subgraphs. */
async function compose(...sdls: readonly string[]): Promise<Complaints> {
  const subgraphs = sdls.map((sdl, index) => ({ name: ['tributary', 'reviews'][index] ?? '', sdl }));
  const apollo = composeServices(subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl) })));
  const child = spawn('node', ['compose.js'], { cwd: `${ROOT}/test/tools`, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(subgraphs));
  const others = JSON.parse(await text(child.stdout)) as Omit<Complaints, 'apollo'>;
  return { apollo: (apollo.errors ?? []).map(({ message }) => message), ...others };
}

const NONE: Complaints = { apollo: [], guild: [], wundergraph: [] };

describe.skipIf(!ready)('three composers', () => {
  test('take the subgraph alone', async () => {
    expect(await compose(subgraphText())).toEqual(NONE);
  });

  test('take the subgraph without nodes beside another Relay graph that extends jobs and lines', async () => {
    expect(await compose(subgraphText({ nodes: false }), REVIEWS)).toEqual(NONE);
  });

  test('refuse two subgraphs that both have nodes, and name the field', async () => {
    for (const complaints of Object.values(await compose(subgraphText(), REVIEWS)))
      expect(complaints.join()).toMatch(/Query.*node/s);
  });
});

test('a service that is told to leaves nodes out of the subgraph, and still answers them itself', async () => {
  const server = await startServer(undefined, { subgraphNodes: false });
  const { data } = (await server.query('{ _service { sdl } }')) as { data: { _service: { sdl: string } } };
  expect(data._service.sdl).toBe(subgraphText({ nodes: false }));
  const answer = await server.query('{ nodes(ids: []) { id } }');
  expect(answer.data).toEqual({ nodes: [] });
});

/** The definitions of directives, but for those of the specification. */
function directivesOf(text: string): string[] {
  const { definitions } = parse(text);
  return definitions.filter(({ kind }) => kind === Kind.DIRECTIVE_DEFINITION).map(print);
}

test('the printed graph has the directives that the introspection of the service says', async () => {
  const server = await startServer();
  const { data } = await server.query(getIntrospectionQuery());
  const served = directivesOf(printSchema(lexicographicSortSchema(buildClientSchema(data as IntrospectionQuery))));
  expect(served.join()).toContain('directive @defer(');
  expect(directivesOf(schemaText())).toEqual(served);
  expect(directivesOf(subgraphText())).toEqual(served);
});

test.each([
  [['schema'], schemaText()],
  [['schema', '--subgraph'], subgraphText()],
  [['schema', '--subgraph', '--no-nodes'], subgraphText({ nodes: false })],
])('tributary %s prints what a check compares', async (args, printed) => {
  const command = start(args);
  expect(await command.done).toBe(0);
  expect(command.output()).toBe(printed);
});

test('leaving nodes out of the graph that clients see is refused', async () => {
  const command = start(['schema', '--no-nodes']);
  expect(await command.done).toBe(2);
  expect(command.errors()).toContain('--subgraph');
});
