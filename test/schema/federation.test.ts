import { composeServices } from '@apollo/composition';
import { graphql, parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

const REVIEWS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable"])
  type Query { reviews(first: Int): [Review!]! }
  type Review { text: String! job: Job! pageInfo: PageInfo }
  type Job @key(fields: "id") { id: ID! reviews: [Review!]! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

/** What a gateway asks a subgraph for. */
async function subgraph(): Promise<string> {
  const { data } = await graphql({ schema, source: '{ _service { sdl } }' });
  return (data as { _service: { sdl: string } })._service.sdl;
}

function compose(...subgraphs: readonly string[]) {
  return composeServices(
    subgraphs.map((sdl, index) => ({ name: ['tributary', 'reviews'][index] ?? '', typeDefs: parse(sdl) })),
  );
}

test('the graph composes alone as a subgraph of Apollo Federation', async () => {
  const { errors, supergraphSdl } = compose(await subgraph());
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toContain('type LogEntryConnection');
});

test('another subgraph adds fields to a job by its id', async () => {
  const { errors, supergraphSdl, hints } = compose(await subgraph(), REVIEWS);
  expect(errors).toBeUndefined();
  expect(hints).toEqual([]);
  const job = /type Job[^{]*/.exec(supergraphSdl ?? '')?.[0];
  expect(job).toContain('@join__type(graph: TRIBUTARY, key: "id")');
  expect(job).toContain('@join__type(graph: REVIEWS, key: "id")');
});

test.each(['Source', 'Job', 'Attempt', 'Step', 'Task', 'LogEntry'])(
  '%s is an entity with the key "id"',
  async (type) => {
    expect(await subgraph()).toMatch(new RegExp(`type ${type} implements Node[^{]*@key\\(fields: "id"\\)`));
  },
);

test('what only gateways ask is described, so that other clients know to leave it', () => {
  const { _entities, _service } = schema.getQueryType()?.getFields() ?? {};
  expect(_entities?.description).toContain('gateways of Apollo Federation');
  expect(_entities?.args.map(({ description }) => description)).toEqual([expect.stringContaining('__typename')]);
  expect(_service?.description).toContain('gateways of Apollo Federation');
  expect(schema.getType('_Entity')?.description).toBeTruthy();
});
