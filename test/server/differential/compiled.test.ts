import { execute, parse, validate } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { createContext } from '../../../src/context.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { compiledQuery, executeCompiled } from '../../../src/server/graphql/compiled-queries.ts';
import { fakeEntry, fakeFederation, fakeJob } from '../../resolvers/fake-federation.ts';
import { comparable } from './comparable.ts';
import { randomOperation } from './random-operation.ts';
import type { RandomOperation } from './random-operation.ts';

/** `DIFFERENTIAL=20000` compares so many, from `DIFFERENTIAL_SEED` on. */
const DOCUMENTS = Number(process.env['DIFFERENTIAL'] ?? 2_500);
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);

const IDS = [
  encodeNodeId('Job', 'up', 'a'),
  encodeNodeId('Job', 'down', 'a'),
  encodeNodeId('Job', 'up', 'missing'),
  encodeNodeId('Job', 'up', 'broken'),
  fakeEntry({ source: 'up', key: 'a' }, 1).id,
  'no id',
];

/** A federation with a job that has null where null must not be. */
const federation = fakeFederation();
const broken = {
  ...federation,
  job: (...[ref, call]: Parameters<typeof federation.job>) =>
    ref.key === 'broken'
      ? Promise.resolve({ ...fakeJob('up', 'broken'), status: null } as never)
      : federation.job(ref, call),
};

type Executor = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

async function answerOf(run: Executor, document: DocumentNode, operation: RandomOperation): Promise<ExecutionResult> {
  const contextValue = createContext(broken, { signal: new AbortController().signal, authorization: null });
  const { operationName, variables } = operation;
  return run({ schema, document, contextValue, variableValues: variables, operationName });
}

async function compare(document: DocumentNode, operation: RandomOperation): Promise<void> {
  const interpreted = comparable(await answerOf(execute, document, operation));
  const compiled = comparable(await answerOf(executeCompiled, document, operation));
  expect(compiled, `${operation.document}\n${JSON.stringify(operation.variables)}`).toEqual(interpreted);
}

describe('compiled execution', () => {
  test(`answers ${DOCUMENTS} generated operations as graphql-js does`, { timeout: 600_000 }, async () => {
    let compared = 0;
    let compiled = 0;
    for (let seed = SEED; compared < DOCUMENTS; seed += 1) {
      const operation = randomOperation(schema, IDS, seed);
      const document = parse(operation.document);
      if (validate(schema, document).length > 0) continue;
      compared += 1;
      const { operationName, variables: variableValues } = operation;
      if (compiledQuery({ schema, document, variableValues, operationName }) !== null) compiled += 1;
      await compare(document, operation);
    }
    // The others have wrong variables, or ask for the schema itself.
    expect(compiled / compared).toBeGreaterThan(0.3);
  });

  const JOB = encodeNodeId('Job', 'up', 'a');
  test.each<[name: string, document: string, variables: Record<string, unknown>]>([
    [
      'a default of a variable that must not be null',
      'query ($first: Int! = 2) { jobs(first: $first) { nodes { key } } }',
      {},
    ],
    [
      'a null for a nullable variable where null must not be',
      `query ($id: ID = "${JOB}") { node(id: $id) { id } }`,
      { id: null },
    ],
    [
      'a Boolean with a default',
      'query ($on: Boolean! = true) { jobs(first: 1) { nodes { key @include(if: $on) } } }',
      {},
    ],
    [
      'a fragment that is included in one place and spread in another',
      `query ($d: Boolean!) { jobs(first: 1) { nodes { name ...J @include(if: $d) } edges { node { ...J } } } }
       fragment J on Job { key status }`,
      { d: false },
    ],
    [
      '@include with a variable that is null',
      'query ($d: Boolean = true) { sources { name @include(if: $d) } }',
      { d: null },
    ],
    [
      'the same field in several places',
      '{ sources { vendor name ... on Source { id vendor } } sources { name id } }',
      {},
    ],
    [
      'an alias that no object can have as its own key',
      '{ __proto__: sources { name } sources { __proto__: name id } }',
      {},
    ],
    [
      'several nulls below one place',
      `{ a: node(id: "${encodeNodeId('Job', 'up', 'broken')}") { ... on Job { status s: status name } } }`,
      {},
    ],
    ['introspection', '{ __schema { queryType { name } } __type(name: "Job") { kind } sources { __typename } }', {}],
    ['an operation of several', 'query Other { __typename } query Main { sources { name } }', {}],
  ])('answers %s as graphql-js does', async (_name, text, variables) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    const operationName = text.includes('query Main') ? 'Main' : undefined;
    await compare(document, { document: text, operationName, variables });
  });
});
