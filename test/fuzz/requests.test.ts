import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientSchema } from '../../schema/index.ts';
import { isInputObjectType } from 'graphql';
import { randomOperation } from '../server/differential/random-operation.ts';
import { damage, damaged, nastyValue, PATIENCE, place, settingsFor, withValue } from './cases.ts';
import { fuzzedService, IDS, JOB_IDS } from './world.ts';
import { anyCharacter } from '../support/any-character.ts';

const service = fuzzedService();
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const ANYTHING = `query ($id: ID!, $ids: [ID!]!, $entities: [_Any!]!, $key: String!) {
  node(id: $id) { __typename id ... on Job { logs(first: 2) { nodes { id } } } ... on LogEntry { message } }
  nodes(ids: $ids) { __typename id }
  logs(jobs: $ids, first: 2) { nodes { id } failures { code } }
  logContext(id: $id, before: 1, after: 1) { nodes { id } }
  logHistogram(jobs: $ids, buckets: 2) { total }
  _entities(representations: $entities) { __typename }
  job(source: $key, key: $key) { id }
  source(name: $key) { name }
}`;

/** Names of the schema's own input fields with values that they do and don't take. */
function filterOf(name: 'LogFilter' | 'JobFilter'): fc.Arbitrary<Record<string, unknown>> {
  const type = clientSchema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`There is no input ${name}.`);
  const value = fc.oneof(
    nastyValue,
    fc.constantFrom<unknown>(
      '2026-01-01T00:00:00Z',
      'ERROR',
      ['ERROR', null],
      '(a+)+$',
      '(?:a{1,500}){1,500}',
      '[\\pL]{1,50}z',
      '(?<=x)y',
      '\\1',
    ),
    fc.array(fc.oneof(fc.string(), nastyValue), { maxLength: 4 }),
  );
  const fields = Object.fromEntries(Object.keys(type.getFields()).map((field) => [field, value]));
  return fc.record(fields, { requiredKeys: [] });
}

describe('whatever a client sends is no fault of ours', { timeout: PATIENCE }, () => {
  test('as ids', async () => {
    const part = fc.oneof(fc.constantFrom('a', 'token', '1', ''), fc.string({ unit: anyCharacter }), nastyValue);
    const id = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('Job', 'Source', 'Attempt', 'Step', 'Task', 'LogEntry', 'Thing'),
          fc.array(part, { maxLength: 6 }),
        )
        .map(([type, keys]) => encode([type, ...keys])),
      fc.tuple(fc.constantFrom(...IDS), damage).map(([good, harm]) => damaged(good, harm)),
      fc
        .tuple(fc.bigInt(), fc.string())
        .map(([time, tie]) => encode(['LogEntry', 'a', 'offset', '', String(time), tie])),
      fc.constantFrom(...IDS),
      nastyValue.map(encode),
      fc.string({ unit: anyCharacter }),
    );
    await fc.assert(
      fc.asyncProperty(id, fc.array(id, { maxLength: 3 }), fc.string(), async (one, some, key) => {
        const entities = [one, ...some].map((each) => ({ __typename: 'Job', id: each }));
        await service.ask({ query: ANYTHING, variables: { id: one, ids: [one, ...some], entities, key } });
      }),
      settingsFor('ids'),
    );
  });

  test('as filters', async () => {
    const query = `query ($logs: LogFilter, $jobs: JobFilter, $ids: [ID!]!) {
      logs(jobs: $ids, first: 3, filter: $logs) { nodes { id } failures { code } totalCount }
      jobs(first: 3, filter: $jobs) { nodes { id } }
    }`;
    await fc.assert(
      fc.asyncProperty(filterOf('LogFilter'), filterOf('JobFilter'), async (logs, jobs) => {
        await service.ask({ query, variables: { logs, jobs, ids: JOB_IDS } });
      }),
      settingsFor('filters'),
    );
  });

  test('as documents', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(damage, { maxLength: 3 }), async (seed, harms) => {
        const { document, operationName, variables } = randomOperation(clientSchema, IDS, seed);
        await service.ask({ query: harms.reduce(damaged, document), operationName, variables });
      }),
      settingsFor('documents'),
    );
  });

  test('as variables', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.dictionary(fc.constantFrom('v0', 'v1', 'v2', '__proto__', 'x'), nastyValue),
        fc.array(nastyValue, { maxLength: 8 }),
        async (seed, others, values) => {
          const { document, operationName, variables } = randomOperation(clientSchema, IDS, seed);
          const names = Object.keys(variables);
          const changed = Object.fromEntries(names.map((name, index) => [name, values[index] ?? variables[name]]));
          await service.ask({ query: document, operationName, variables: { ...others, ...changed } });
        },
      ),
      settingsFor('variables'),
    );
  });

  test('as lists of operations', async () => {
    const operation = fc.nat().map((seed) => {
      const { document, operationName, variables } = randomOperation(clientSchema, IDS, seed);
      return { query: document, operationName, variables };
    });
    const member = fc.oneof({ weight: 3, arbitrary: operation }, nastyValue);
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 4 }), place, fc.option(nastyValue), async (list, at, value) => {
        await service.ask(value === null ? list : withValue(list, at, value));
      }),
      settingsFor('lists of operations'),
    );
  });

  test('as deferred fragments', async () => {
    const defer = fc.constantFrom(
      '@defer',
      '@defer(label: "a")',
      '@defer(if: false)',
      '@defer(if: $later)',
      '@defer(label: $id)',
    );
    const accept = fc.constantFrom('multipart/mixed', 'text/event-stream', 'application/json', '*/*');
    await fc.assert(
      fc.asyncProperty(
        defer,
        defer,
        fc.array(damage, { maxLength: 2 }),
        accept,
        fc.constantFrom(...IDS),
        nastyValue,
        async (outer, inner, harms, accepted, id, later) => {
          const query = `query ($id: ID!, $later: Boolean) {
          node(id: $id) { id ... ${outer} { ... on Job { logs(first: 3) { nodes { id ... ${inner} { message } } } } } }
          ... ${inner} { sources { name } }
        }`;
          await service.ask({ query: harms.reduce(damaged, query), variables: { id, later } }, accepted);
        },
      ),
      settingsFor('deferred fragments'),
    );
  });

  test('and a request that is right is answered as always', async () => {
    const text = await service.ask({ query: '{ sources { name } }' });
    expect(JSON.parse(text)).toEqual({ data: { sources: [{ name: 'a' }] } });
  });
});
