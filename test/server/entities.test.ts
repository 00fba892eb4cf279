import { expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

const JOB = encodeNodeId('Job', 'up', 'a');

test('an invalid representation is an error at its own index, and the others are answered', async () => {
  const server = await start();
  const representations = [
    `{ __typename: "Job", id: "x" }`,
    `{ __typename: "N" }`,
    `{ __typename: "Job", id: "${JOB}" }`,
    `{ __typename: "PageInfo" }`,
    `{ __typename: "__Type" }`,
    `{ __typename: "Job" }`,
    `{ __typename: "Job", id: 7 }`,
    `{ __typename: ["Job"], id: "${JOB}" }`,
    `{ __typename: "Step", id: "${JOB}" }`,
    `{}`,
    `7`,
    `"Job"`,
    `[]`,
    `{ __typename: "Job", id: "${encodeNodeId('Job', 'up', 'missing')}" }`,
  ];
  const query = `{ _entities(representations: [${representations.join()}]) { __typename ... on Job { name } } }`;
  const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`);
  const { data, errors } = (await response.json()) as {
    data: { _entities: unknown[] };
    errors: { path: unknown[]; extensions: { code: string } }[];
  };
  const job = { __typename: 'Job', name: 'Job a' };
  expect(data._entities).toEqual(representations.map((_, index) => (index === 2 ? job : null)));
  const wrong = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual(
    wrong.map((index) => [['_entities', index], 'BAD_USER_INPUT']),
  );
  expect(server.log).toEqual([]);
});

test('a source that fails beside a representation that is wrong leaves no promise behind', async () => {
  const server = await start(
    fakeFederation({ job: () => new Promise((_resolve, reject) => setTimeout(reject, 5, new Error('late'))) }),
  );
  const query = `{ _entities(representations: [{ __typename: "Job", id: "${JOB}" }, { __typename: "N" }]) { ... on Job { name } } }`;
  const { errors } = await server.query(query);
  expect(errors?.map(({ extensions }) => extensions['code']).sort()).toEqual([
    'BAD_USER_INPUT',
    'INTERNAL_SERVER_ERROR',
  ]);
});

test('an error about a type names it with its article', async () => {
  const server = await start();
  const wrong = [
    `{ __typename: "Attempt", id: 7 }`,
    `{ __typename: "Job", id: 7 }`,
    `{ __typename: "Attempt", id: "${JOB}" }`,
  ];
  const { errors } = await server.query(`{ _entities(representations: [${wrong.join()}]) { __typename } }`);
  expect(errors?.map(({ message }) => message)).toEqual([
    'The "id" of an Attempt must be a text.',
    'The "id" of a Job must be a text.',
    'The id is one of a Job, not of an Attempt.',
  ]);
});
